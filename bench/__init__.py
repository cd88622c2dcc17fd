"""The benchmark: `python -m bench`. What it measures and how stands in `docs/benchmarks.md`, which it writes."""
