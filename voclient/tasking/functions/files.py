"""Tasks in a Python file that is named by its path: `./brightness.py:flux`."""

from __future__ import annotations

import os
import sys
from typing import Any

from ..calls.values import suggest
from ..errors import TaskError, TaskNotFoundError
from .calls import run_file
from .decorator import FunctionTask


def load_function(path: str, name: str) -> FunctionTask[..., Any]:
    """Import a file, once, and find a task in it.

    Raises
    ------
    TaskError
        The file cannot be read, or not be imported.
    TaskNotFoundError
        It has no task of that name.
    """
    file = os.path.abspath(path)
    stem = os.path.basename(file).removesuffix(".py")
    module = sys.modules.get(stem)
    if module is None or getattr(module, "__file__", None) != file:
        if module is not None:
            raise TaskError(f"{path}: there is a module {stem!r} already, in {getattr(module, '__file__', 'Python')}")
        try:
            module = run_file(stem, file)
        except OSError as error:
            raise TaskError(f"{path}: cannot be read: {error.strerror}") from error
        except Exception as error:
            raise TaskError(f"{path}: cannot be imported: {type(error).__name__}: {error}") from error
        finally:
            if module is None:
                sys.modules.pop(stem, None)
    tasks = {key: value for key, value in vars(module).items() if isinstance(value, FunctionTask)}
    if name not in tasks:
        listed = ", ".join(tasks) or "none"
        raise TaskNotFoundError(f"{path} has no task {name!r}{suggest(name, tasks)} (tasks: {listed})", task=name)
    return tasks[name]
