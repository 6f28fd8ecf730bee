"""Ask a program what it can do: safely, as nobody knows what it does with the question."""

from __future__ import annotations

import contextlib
import os
import re
import selectors
import shutil
import signal
import subprocess
import tempfile
import time

from voclient.tasking.errors import ExecutableNotFoundError

_LIMIT = 1 << 20
_OVERSTRUCK = re.compile(".\b")
_ENVIRONMENT = {
    "TERM": "dumb", "NO_COLOR": "1", "COLUMNS": "100", "PAGER": "cat", "MANPAGER": "cat", "LC_ALL": "C.UTF-8",
    "LANGUAGE": "", "PYTHONIOENCODING": "utf-8", "GIT_PAGER": "cat",
}  # fmt: skip


def find_program(name: str) -> str:
    """The path of a program, named by a path or as on the command line; raises ExecutableNotFoundError."""
    path = os.path.abspath(name) if "/" in name else shutil.which(name)
    if path is None or not os.path.isfile(path) or not os.access(path, os.X_OK):
        places = [os.path.dirname(path or "")] if "/" in name else os.environ.get("PATH", "").split(":")
        raise ExecutableNotFoundError(
            f"there is no program {name!r} (searched: {', '.join(places)})", executable=name, places=tuple(places)
        )
    return path


def ask(path: str, word: str, *, timeout: float = 10.0) -> tuple[str, str]:
    """What a program prints when it is asked with a word, or several between blanks.

    It has no input, no terminal, a folder of its own that is removed, a process group of its own that is ended, and
    a limit of time and of output.

    Parameters
    ----------
    path : str
        The program.
    word : str
        Such as `--help`, or `--help all`.
    timeout : float, optional
        Seconds.

    Returns
    -------
    tuple of str
        Standard output and standard error, as far as they came.
    """
    with tempfile.TemporaryDirectory(prefix="voclient-") as folder:
        environment = os.environ | _ENVIRONMENT
        process = subprocess.Popen(
            [os.path.basename(path), *word.split()], executable=path,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=folder,
            env=environment, start_new_session=True,
        )  # fmt: skip
        try:
            return _read(process, time.monotonic() + timeout)
        finally:
            # Not reaped yet, so the number of its group is still its own.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            for stream in (process.stdout, process.stderr):
                if stream is not None:
                    stream.close()
            process.wait()


def _read(process: subprocess.Popen[bytes], deadline: float) -> tuple[str, str]:
    """All that comes until both streams end, one has its limit, or the program has ended and is silent."""
    found = {"stdout": b"", "stderr": b""}
    with selectors.DefaultSelector() as selector:
        for name in found:
            selector.register(getattr(process, name), selectors.EVENT_READ, name)
        while selector.get_map() and (left := deadline - time.monotonic()) > 0:
            # A grandchild may hold the pipes of a program that has ended.
            ready = selector.select(min(left, 0.5))
            if not ready and _has_ended(process):
                break
            for key, _ in ready:
                data = os.read(key.fd, 1 << 16)
                found[key.data] += data
                if not data:
                    selector.unregister(key.fileobj)
            if any(len(text) > _LIMIT for text in found.values()):
                break  # nobody reads on, so the program would not, either
    # Overstruck characters are bold, or underlined.
    stdout, stderr = (_OVERSTRUCK.sub("", found[name].decode("utf-8", "replace")) for name in ("stdout", "stderr"))
    return stdout, stderr


def _has_ended(process: subprocess.Popen[bytes]) -> bool:
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
