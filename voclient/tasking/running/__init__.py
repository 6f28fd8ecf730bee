"""One run: its process and pipes, its limits and its end, and the record of what became known."""
