"""The parts that all services need, written once: loop, store, bus, settings, logging, clock. Knows no service."""
