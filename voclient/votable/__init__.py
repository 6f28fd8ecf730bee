"""VOTables from and to astropy Tables by numpy: BINARY2 without astropy's loop over rows and cells.

`reading` and `writing` are imported when there is a table to be read or written. Metadata are astropy's affair in both
directions: it reads and writes documents without rows.
"""
