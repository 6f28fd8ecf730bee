"""A pseudo-terminal, and a process that has it as its controlling terminal. No policy here."""

from __future__ import annotations

import errno
import fcntl
import os
import select
import signal
import struct
import termios
from collections.abc import Mapping, Sequence

ROWS, COLUMNS = 200, 1000
"""So large that nothing is wrapped, and no pager stops."""
LONGEST_LINE = 4094
"""Bytes of a line that a canonical terminal can hold beside its end."""
RETURN = b"\r"
"""The key; the terminal makes a line feed of it, unless the program reads keys."""
_END_OF_FILE, _INTERRUPT = b"\x04", b"\x03"
_RESTORED = (signal.SIGPIPE, signal.SIGXFSZ)
"""Ignored by Python; programs want the default."""


class Terminal:
    """Both ends of a pseudo-terminal that neither echoes nor translates: what is read is what the program wrote.

    The program's end is kept open too, until the program is dead: so the terminal lives on when a program closes its
    standard streams and opens `/dev/tty` later, and it can be seen whether what was typed has been read.
    """

    __slots__ = ("_name", "_outgoing", "_poll", "master", "open", "slave", "streams")

    def __init__(self, streams: Sequence[str], *, canonical: bool = True) -> None:
        """`streams`: which of stdin, stdout, stderr it is. `canonical`: lines, with a character for end of file; else
        lines may have any length."""
        self.streams = streams
        self.master, self.slave = os.openpty()
        self.open = True
        self._outgoing = b""
        self._name = os.ttyname(self.slave)
        self._poll = select.poll()
        self._poll.register(self.slave, select.POLLIN)
        os.set_blocking(self.master, False)
        modes = termios.tcgetattr(self.slave)
        modes[0] = (modes[0] | termios.ICRNL) & ~termios.IXON
        modes[1] &= ~termios.OPOST
        modes[3] &= ~(termios.ECHO | (0 if canonical else termios.ICANON))
        termios.tcsetattr(self.slave, termios.TCSANOW, modes)
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))

    def spawn(
        self,
        argv: list[str],
        environment: Mapping[bytes, bytes],
        *,
        cwd: str | None,
        stdin: int | None,
        stdout: int,
        stderr: int,
        descriptors: Sequence[int],
    ) -> int:
        """Start a program in a session of its own with this terminal; returns its number, or raises OSError.

        The kernel makes a terminal the controlling one of the session leader that opens it, and `posix_spawn` can open
        a file in the new process. pexpect would fork the interpreter, unsound beside threads and slow when it is large.
        """
        program = argv[0]
        if cwd is not None:
            if not os.path.isdir(cwd):
                raise OSError(errno.ENOENT, os.strerror(errno.ENOENT), cwd)
            _check_program(program)
            # posix_spawn knows no working directory.
            program, argv = "/usr/bin/env", ["env", "-C", cwd, "--", *argv]
        standard = {0: stdin, 1: stdout, 2: stderr}
        for number, name in enumerate(("stdin", "stdout", "stderr")):
            if name in self.streams and (number or stdin is None):
                standard[number] = None
        extra: list[int] = []
        actions: list[tuple[int, ...] | tuple[int, int, str, int, int]] = []
        try:
            for number, source in standard.items():
                if source is not None and source <= 2:
                    # Below 3 it would be overwritten on the way.
                    standard[number] = fcntl.fcntl(source, fcntl.F_DUPFD_CLOEXEC, 3)
                    extra.append(standard[number] or 0)
            actions.append((os.POSIX_SPAWN_OPEN, 0, self._name, os.O_RDWR, 0))
            for number in (1, 2, 0):
                source = standard[number]
                if source is not None:
                    actions.append((os.POSIX_SPAWN_DUP2, source, number))
                elif number:
                    actions.append((os.POSIX_SPAWN_DUP2, 0, number))
            # A copy onto itself is what makes it survive the exec; what else could be inherited is closed.
            actions += [(os.POSIX_SPAWN_DUP2, number, number) for number in descriptors]
            actions += [(os.POSIX_SPAWN_CLOSE, number) for number in _inheritable() if number not in descriptors]
            return os.posix_spawn(program, argv, environment, file_actions=actions, setsid=True, setsigdef=_RESTORED)
        finally:
            for number in extra:
                os.close(number)

    def send(self, data: bytes = b"") -> bool:
        """Type something. What finds no room waits for the next call; whether all is gone."""
        self._outgoing += data
        while self._outgoing and self.open:
            try:
                self._outgoing = self._outgoing[os.write(self.master, self._outgoing) :]
            except BlockingIOError:
                return False
            except OSError:
                self._outgoing = b""
        return True

    def send_blank(self) -> bool:
        """Type what says nothing: a blank, or to a program that has lines handed to it the end of one."""
        return self.send(RETURN if termios.tcgetattr(self.slave)[3] & termios.ICANON else b" ")

    def send_end_of_file(self) -> bool:
        return self.send(_END_OF_FILE)

    def interrupt(self) -> None:
        """Type Ctrl-C, in place of all that has not been read."""
        self._outgoing = b""
        self.send(_INTERRUPT)

    def unread(self) -> bool:
        """Whether something typed has not been read by the program."""
        return bool(self._outgoing) or (self.slave >= 0 and bool(self._poll.poll(0)))

    def discard_unread(self) -> None:
        """Take back what was typed and has not been read."""
        self._outgoing = b""
        if self.slave >= 0:
            termios.tcflush(self.slave, termios.TCIFLUSH)

    def release(self) -> None:
        """The program is dead: when the others who hold the terminal are gone, its output has an end."""
        if self.slave >= 0:
            os.close(self.slave)
            self.slave = -1

    def close(self) -> None:
        """Let go of what is not among the streams that are read."""
        self.open = False
        self.release()


def _check_program(program: str) -> None:
    """What the kernel would refuse is refused: `env` would have a shell read it."""
    if not os.access(program, os.X_OK):
        raise OSError(errno.EACCES, os.strerror(errno.EACCES), program)
    if "=" in program:
        raise OSError(errno.EINVAL, "on a terminal and in a working directory, its path may not have a =", program)
    try:
        with open(program, "rb") as file:
            magic = file.read(4)
    except PermissionError:
        return  # to be executed, not to be read
    if not magic.startswith((b"#!", b"\x7fELF")):
        raise OSError(errno.ENOEXEC, os.strerror(errno.ENOEXEC), program)


def _inheritable() -> list[int]:
    """Open files above 2 that a new process would inherit: other libraries', as Python's own are not."""
    found = []
    for name in os.listdir("/proc/self/fd"):
        try:
            if int(name) > 2 and os.get_inheritable(int(name)):
                found.append(int(name))
        except OSError:
            continue
    return found
