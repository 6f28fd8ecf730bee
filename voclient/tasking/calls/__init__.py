"""Task functions: what Python shows of them, and a call of one, checked and translated."""
