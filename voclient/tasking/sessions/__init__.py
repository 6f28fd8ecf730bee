"""Sessions: one interactive program that is kept for many calls."""
