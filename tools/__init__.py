"""All that is no service: the command line and its operations, the simulator, the importer."""
