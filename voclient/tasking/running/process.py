"""One process in a session of its own: starting it, asking after it, ending its group. No policy here."""

from __future__ import annotations

import errno
import os
import select
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from ..errors import ExecutableNotFoundError, TaskError, TaskParameterError

if TYPE_CHECKING:
    from .terminal import Terminal

IN_MEMFD = 256 << 20
"""Standard input above this size goes through a temporary file, not memory."""


class Process:
    """A child that leads its own session and process group, with the read ends of its pipes, perhaps a terminal.

    The leader is not reaped before `close`: as long as it is a zombie, its number names this group and no other.
    """

    __slots__ = (
        "channel", "closed", "pid", "pidfd", "reaped", "returncode", "returned", "stderr", "stdout", "terminal",
    )  # fmt: skip

    def __init__(self, pid: int, stdout: int, stderr: int, channel: int, terminal: Terminal | None = None) -> None:
        self.pid = pid
        self.pidfd = os.pidfd_open(pid)
        self.stdout = stdout
        self.stderr = stderr
        self.channel = channel
        self.terminal = terminal
        """Where the streams that are on it are read instead of their pipes, which end at once."""
        self.returned = False
        self.returncode: int | None = None
        """As in subprocess: negative for a signal; None while it runs, or when it is lost."""
        self.reaped = False
        self.closed = False

    def poll(self) -> bool:
        """Whether the leader has exited. It is not reaped by this."""
        if not self.returned:
            try:
                found = os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG)
            except ChildProcessError:
                # Somebody else's wait() was faster: its status is lost, and its number no longer ours.
                self.returned = self.reaped = True
            else:
                if found is not None:
                    self.returned = True
                    self.returncode = found.si_status if found.si_code == os.CLD_EXITED else -found.si_status
        return self.returned

    def await_exit(self, seconds: float) -> bool:
        """Wait for the leader's exit, not for ever."""
        poll = select.poll()
        poll.register(self.pidfd, select.POLLIN)
        poll.poll(seconds * 1000)
        return self.poll()

    def signal_group(self, number: int) -> None:
        if not self.reaped:
            # Gone, or become another user's: nothing that we could do.
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, number)

    def group_lives(self) -> bool:
        """Whether any member of the group still runs; zombies do not count."""
        for name in os.listdir("/proc"):
            if name.isdecimal():
                try:
                    with open(f"/proc/{name}/stat", "rb", buffering=0) as file:
                        stat = file.read(1024)
                except OSError:
                    continue
                # "pid (name) state ppid pgrp"; the name may hold anything, also brackets.
                state, _, group = stat[stat.rindex(b")") + 2 :].split(maxsplit=3)[:3]
                if int(group) == self.pid and state not in b"ZX":
                    return True
        return False

    def close(self) -> None:
        """Reap the leader; from now on its number may be another's."""
        if not self.closed:
            self.closed = True
            if not self.reaped:
                self.reaped = True
                with suppress(ChildProcessError):
                    os.waitpid(self.pid, os.WNOHANG)
            os.close(self.pidfd)
            if self.terminal is not None:
                self.terminal.close()

    def abandon(self) -> None:
        """In the child of a fork: it is not ours to reap or to signal."""
        self.closed = self.reaped = True
        os.close(self.pidfd)
        if self.terminal is not None:
            self.terminal.close()


def launch(
    task: str,
    argv: Sequence[str],
    *,
    environment: Mapping[bytes, bytes],
    cwd: str | None = None,
    stdin: int | None = None,
    descriptors: Sequence[int] = (),
    channel_variable: bytes,
    terminal: Terminal | None = None,
) -> Process:
    """Start a program without a shell, in a new session, with no file descriptors but those meant for it.

    `stdin` is a file descriptor, which stays the caller's. `channel_variable` is set to the number of the OPset
    channel. A `terminal` becomes the process's. Raises `TaskError` in words when it cannot be started; nothing is left
    over then. To be called under `PostponedInterrupt`: a Ctrl-C inside Popen would leave its process to nobody.
    """
    close_after: list[int] = []
    close_on_error: list[int] = []
    child: subprocess.Popen[bytes] | None = None
    pid: int | None = None
    try:
        try:
            pipes = []
            for _ in range(3):
                read, write = os.pipe()
                close_on_error.append(read)
                close_after.append(write)
                os.set_blocking(read, False)
                pipes.append((read, write))
            (out, out_child), (err, err_child), (channel, channel_child) = pipes
            environment = {**environment, channel_variable: b"%d" % channel_child}
            descriptors = (*descriptors, channel_child)
            if terminal is None:
                child = subprocess.Popen(
                    argv,
                    stdin=subprocess.DEVNULL if stdin is None else stdin,
                    stdout=out_child,
                    stderr=err_child,
                    cwd=cwd,
                    env=environment,
                    pass_fds=descriptors,
                    start_new_session=True,
                )
                pid = child.pid
            else:
                pid = terminal.spawn(
                    list(argv),
                    environment,
                    cwd=cwd,
                    stdin=stdin,
                    stdout=out_child,
                    stderr=err_child,
                    descriptors=descriptors,
                )
            process = Process(pid, out, err, channel, terminal)
        except (OSError, ValueError) as error:
            raise _explain(task, argv, cwd, error) from error
        # It is awaited by its pidfd and reaped by `Process.close`: Popen is to forget it.
        if child is not None:
            child.returncode = 0
        close_on_error.clear()
        return process
    except BaseException:
        if child is not None:
            child.kill()
            child.wait()
        elif pid is not None:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        if terminal is not None:
            os.close(terminal.master)
            terminal.close()
        raise
    finally:
        for descriptor in close_after + close_on_error:
            os.close(descriptor)


def open_input(task: str, stdin: bytes | str) -> int:
    """A file descriptor from which a program reads bytes, or the file of that path; the caller closes it."""
    try:
        return os.open(stdin, os.O_RDONLY) if isinstance(stdin, str) else open_bytes(stdin)
    except OSError as error:
        name = f" {stdin!r}" if isinstance(stdin, str) else ""
        raise TaskParameterError(f"{task}: standard input{name}: {error.strerror}", task=task, value=stdin) from error


def open_bytes(data: bytes) -> int:
    """A file descriptor from which `data` is read: no pump, so no deadlock at any size."""
    if len(data) > IN_MEMFD:
        import tempfile

        with tempfile.TemporaryFile(prefix="voclient-") as file:
            descriptor = os.dup(file.fileno())
    else:
        descriptor = os.memfd_create("voclient-stdin")
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.lseek(descriptor, 0, os.SEEK_SET)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _explain(task: str, argv: Sequence[str], cwd: str | None, error: OSError | ValueError) -> TaskError:
    program = argv[0]
    if isinstance(error, ValueError):
        return TaskParameterError(f"{task}: an argument cannot be passed to a program: {error}", task=task)
    if cwd is not None and error.filename == cwd and not os.access(cwd, os.X_OK):
        return TaskParameterError(
            f"{task}: working directory {cwd!r}: {error.strerror}", task=task, parameter="cwd", value=cwd
        )
    if error.errno == errno.ENOENT:
        folder = os.path.dirname(program)
        if os.path.exists(program):
            text = f"{task}: {program} cannot start: the interpreter its first line names does not exist"
        else:
            text = f"{task}: there is no program {program}"
        return ExecutableNotFoundError(text, executable=program, places=(folder,))
    if error.errno == errno.EACCES:
        return TaskError(f"{task}: {program} cannot be executed: permission denied")
    if error.errno == errno.ENOEXEC:
        return TaskError(f"{task}: {program} is no program for this machine, nor a script that starts with #!")
    if error.errno == errno.E2BIG:
        return TaskError(f"{task}: the arguments are longer than this system accepts")
    return TaskError(f"{task}: {program} cannot be started: {error.strerror or error}")


def describe_signal(number: int) -> str:
    try:
        return f"{signal.Signals(number).name} ({signal.strsignal(number)})"
    except ValueError:
        return f"signal {number}"
