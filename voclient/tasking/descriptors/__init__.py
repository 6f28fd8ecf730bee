"""What a descriptor says: YAML files read, checked wholly, and turned into plain frozen data."""
