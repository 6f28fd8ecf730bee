"""The other side of a run elsewhere: what an engine executes, in whatever process and on whatever machine.

It is a run as on the caller's machine (`run.Run`), but what the program prints goes to the caller as it comes, and is
read and kept there. When the caller is gone the run ends; when the worker is, so does the program it started.
"""

from __future__ import annotations

import json
import os
import pickle
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Any

from ..calls.controls import Controls
from ..descriptors.descriptor import Invocation
from ..errors import ExecutableNotFoundError, ExecutableVersionError, TaskError
from ..running.capture import CapturedOutput
from ..running.record import Status
from ..running.run import Run
from . import frames, parcel
from .local import run_here

if TYPE_CHECKING:
    from ..results import Event

_ANSWER = 60.0
"""Seconds in which a caller must answer."""
_WORD = 0.3
"""Seconds between the first and the last process of a job that is told to end."""
_GUARD = 'read done || { kill -s TERM -- "-$1" && sleep 2 && kill -s KILL -- "-$1"; }'
"""Waits for a line; if instead its input ends, so has the worker, and the group is to follow."""


def work(call: bytes) -> str:
    """Make the run that a caller asks for. What goes wrong with it is told to the caller, not raised.

    Parameters
    ----------
    call : bytes
        A pickled `parcel.Call`.

    Returns
    -------
    str
        Why the caller could not be reached; then nothing was run.
    """
    try:
        link = _Link(asked := pickle.loads(call))
    except OSError as error:
        return str(error)
    _work(asked, link)
    return ""


def _work(call: parcel.Call, link: _Link, started: Callable[[_WorkerRun], object] | None = None) -> None:
    exit: dict[str, Any] = {}
    try:
        with ExitStack() as stack:
            run = stack.enter_context(_WorkerRun(call, link, parcel.unpack(call, stack)))
            if started is not None:
                started(run)
            run.check_program()
            run_here(run)
            exit = run.exit
            if call.staged and "status" not in exit:
                for name, path in parcel.find_outputs(call, run.folder):
                    link.send_file(name, path)
    except TaskError as error:
        exit = {"error": _spell(error)}
    except Exception as error:
        exit = {"error": _spell(TaskError(f"the worker failed: {type(error).__name__}: {error}"))}
    except BaseException as error:
        exit = {"status": Status.ABORTED.name, "message": f"its worker was interrupted ({type(error).__name__})"}
        raise
    finally:
        link.send(frames.EXIT, json.dumps(exit).encode())
        link.close()


class _Link:
    """The connection to the caller."""

    def __init__(self, call: parcel.Call) -> None:
        host, port = call.address
        try:
            self._socket = socket.create_connection((host, port), timeout=_ANSWER)
        except OSError as error:
            raise ConnectionError(
                f"the worker on {socket.gethostname()} cannot reach its caller at {host}:{port}: {error}; "
                "host= of the executor is the address under which it can"
            ) from None
        try:
            frames.watch_over(self._socket)
            self._socket.sendall(call.token)
            if self._socket.recv(1) != frames.GO:
                raise ConnectionError("the caller does not want this run any more")
        except BaseException:
            self._socket.close()
            raise
        self._socket.setblocking(False)
        self._reader = frames.FrameReader()
        self.lost = False
        self.late: Callable[[float], float] = lambda now: 60.0
        """Called when sending takes its time; returns how many seconds it may take until the next call."""

    def fileno(self) -> int:
        return self._socket.fileno()

    def orders(self) -> Iterator[dict[str, Any]]:
        """What the caller says now. An end of the connection is an order to stop."""
        try:
            data = self._socket.recv(frames.PIECE)
            for kind, payload in self._reader.feed(data):
                if kind == frames.STOP:
                    yield json.loads(payload)
        except BlockingIOError:
            return
        except (OSError, ValueError):
            data = b""
        if not data:
            self.lost = True
            yield {"status": Status.ABORTED.name, "message": "its caller is gone"}

    def send(self, kind: bytes, data: bytes = b"") -> None:
        """Send a frame. Who cannot be reached any more has no use for it."""
        rest = memoryview(frames.frame(kind, data))
        while rest and not self.lost:
            try:
                rest = rest[self._socket.send(rest) :]
            except BlockingIOError:
                poll = select.poll()
                poll.register(self._socket, select.POLLOUT)
                poll.poll(max(0.0, self.late(time.monotonic())) * 1000)
            except OSError:
                self.lost = True

    def send_file(self, name: str, path: str) -> None:
        with open(path, "rb") as file:
            self.send(frames.FILE, json.dumps(name).encode())
            while piece := file.read(frames.PIECE):
                self.send(frames.DATA, piece)
            self.send(frames.END)

    def close(self) -> None:
        self._socket.close()


class _Relay:
    """Stands where the parsers stand at home: sends on what they would read."""

    def __init__(self, link: _Link) -> None:
        self.feed_channel, self.feed_stdout, self.feed_stderr = (
            partial(self._send, link, kind) for kind in (frames.CHANNEL, frames.STDOUT, frames.STDERR)
        )

    def _send(self, link: _Link, kind: bytes, data: bytes) -> Iterator[Event]:
        link.send(kind, data)
        return iter(())


class _NoCapture(CapturedOutput):
    """Output is kept by the caller."""

    def write(self, data: bytes) -> None:
        pass


class _WorkerRun(Run):
    """A run whose output, and whose orders, are somebody else's. To be used in a `with` block."""

    def __init__(self, call: parcel.Call, link: _Link, unpacked: parcel.Unpacked) -> None:
        invocation = Invocation(
            call.descriptor.executable,
            unpacked.words,
            stdin=unpacked.stdin,
            environment=call.environment,
            descriptors=unpacked.descriptors,
            answers=call.answers,
        )
        self.folder = unpacked.folder
        controls = Controls(timeout=call.timeout, cwd=unpacked.folder, progress=False)
        super().__init__(call.descriptor, invocation, controls)
        self.record.stdout, self.record.stderr = _NoCapture(), _NoCapture()
        self.exit: dict[str, Any] = {}
        """How it ended, for the caller."""
        self.is_job = False
        """It has a job of a batch system for itself."""
        self._told: tuple[Status, str] | None = None
        self._link = link
        self._guarded = call.origin != parcel.this_process()
        self._guard: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> _WorkerRun:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()
        if self._guard is not None:
            self._guard.communicate(b"done\n")

    def _make_intake(self, folder: str) -> Any:
        return _Relay(self._link)

    def attach(self) -> None:
        process = self._process
        if process is not None and self._guarded:
            self._guard = subprocess.Popen(
                ["/bin/sh", "-c", _GUARD, "voclient-guard", str(process.pid)],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                start_new_session=True,
            )
        super().attach()
        self._link.late = self._hurry
        self._link.send(
            frames.BEGUN,
            json.dumps({"argv": self.record.argv, "host": socket.gethostname(), "pid": os.getpid()}).encode(),
        )
        if self.pump is not None:
            self.pump.watch(self._link.fileno(), self._read_orders)

    def _read_orders(self) -> None:
        for order in self._link.orders():
            if self.pump is not None and self._link.lost:
                self.pump.unwatch(self._link.fileno())
            self._stop(Status[order["status"]], order["message"])

    def _hurry(self, now: float) -> float:
        """The caller is slow to read; the time limit holds all the same."""
        if self._process is None:
            return 60.0
        if now >= self._deadline:
            self._process.signal_group(signal.SIGKILL)
            return 60.0
        return min(60.0, self._deadline - now)

    def _conclude(self, code: int | None) -> None:
        if self.is_job and code != 0 and self._stopping is None:
            # A batch system tells all processes of a job to end: if it told the program, so it tells us.
            time.sleep(_WORD)
            self._stopping = self._told
        self.exit = {"returncode": code, "note": self._note()}
        if self._stopping is not None:
            self.exit |= {"status": self._stopping[0].name, "message": self._stopping[1]}
        self._end(Status.SUCCESS, "", code)

    def end_as_told(self) -> None:
        """The batch system wants the job's end."""
        self._told = Status.ERROR, "its job was told to end (SIGTERM): cancelled, or at the time limit of its queue"
        self.stop(*self._told)

    def give_up(self, status: Status, message: str) -> None:
        if not self.ended:
            self.exit = {"returncode": None, "status": status.name, "message": message}
        super().give_up(status, message)

    def abandon(self) -> None:
        super().abandon()
        self._link.close()


def _spell(error: TaskError) -> dict[str, Any]:
    """An error as JSON; `remote` makes it an error again."""
    data: dict[str, Any] = {}
    if isinstance(error, ExecutableNotFoundError):
        data = {"executable": error.executable, "places": error.places}
    elif isinstance(error, ExecutableVersionError):
        data = {"executable": error.executable, "version": error.version, "required": error.required}
    return {"kind": type(error).__name__, "message": str(error), "data": data}


# As a program of its own: the job of a batch system.


def main() -> None:
    """`python -c … ROOT FOLDER`: make the run of which the folder tells."""
    told = os.path.join(sys.argv[2], "call")
    with open(told, "rb") as file:
        call: parcel.Call = pickle.load(file)
    os.unlink(told)  # it may hold secrets
    try:
        link = _Link(call)
    except OSError as error:
        sys.exit(str(error))
    _work(call, link, _end_when_told)


def _end_when_told(run: _WorkerRun) -> None:
    """Batch systems say TERM before they kill: at a job's time limit, and when somebody cancels it."""
    run.is_job = True
    signal.signal(signal.SIGTERM, lambda *_: run.end_as_told())
