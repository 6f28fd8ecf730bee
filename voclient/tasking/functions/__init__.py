"""Python functions as tasks: `@task` makes one, which runs in a process of its own.

`description` makes a descriptor of a function, `decorator` the task, `calls` says how its process finds the function
and gets its arguments; `worker` is what runs there, and speaks the OPset channel through `writer`.
"""
