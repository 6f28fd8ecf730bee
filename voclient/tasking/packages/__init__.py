"""Task packages: found on the search path, imported as modules; the programs of their tasks."""
