"""VOClient: command-line astronomy tools as Python functions."""
