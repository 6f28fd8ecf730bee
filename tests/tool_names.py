"""The names of our programs, for the tests that all of them have to pass."""

TABLE_TOOLS = ("votcat", "votcnv", "votinfo", "votjoin", "votpos", "votselect", "votsort", "votsplit", "votstat")
TASKS = (*TABLE_TOOLS, "votget", "vosesame")  # that have a descriptor
PROGRAMS = (*TASKS, "voclient-fetch")
