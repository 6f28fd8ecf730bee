"""What outlasts a call: the state of packages, the cache of files and runs, the record of what ran."""
