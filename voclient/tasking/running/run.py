"""One run of a task: from its start over its limits to its end. What moves it is a pump (`executors.local`)."""

from __future__ import annotations

import math
import os
import signal
import time
import warnings
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING

from ..errors import TaskError, TaskParameterError
from ..log import debug
from ..opset import OPset
from ..packages.executables import find_executable
from ..results.intake import Intake
from .audience import is_seen
from .callbacks import Callbacks
from .environment import added_variables, whole_environment
from .interrupts import PostponedInterrupt
from .process import Process, launch, open_input
from .pursuit import DRAIN, PATIENCE, Pursuit
from .record import Record, Status
from .streams import Streams
from .verdict import is_success, judge

if TYPE_CHECKING:
    from ..calls.controls import Controls
    from ..descriptors.descriptor import Descriptor, Invocation
    from ..executors.local import Pump, Queue
    from ..results import Event, Item, Progress
    from ..storage.cached_runs import CachedRun
    from .interaction import Respondent
    from .progress import Bar
    from .terminal import Terminal

CHANNEL_VARIABLE = "VOCLIENT_OPSET_FD"


def start(descriptor: Descriptor, invocation: Invocation, controls: Controls) -> OPset:
    """Run a task as the controls say.

    Parameters
    ----------
    descriptor : Descriptor
        The task; its program is looked up when the run starts.
    invocation : Invocation
        The call, translated. Its `descriptors` are closed by the run.
    controls : Controls
        How to run.

    Returns
    -------
    OPset
        Finished, running, or (`execute=False`) prepared.

    Raises
    ------
    TaskError
        The program cannot be started, or with `check` the run failed.
    """
    if controls.executor is None:
        run = Run(descriptor, invocation, controls)
    else:
        from ..executors.remote import RemoteRun

        run = RemoteRun(descriptor, invocation, controls)
    result = OPset(run)
    return result.execute() if controls.execute else result


class Run:
    """One execution: prepared, perhaps queued, running, ended.

    The leader's exit is followed by a drain of its pipes. A run that is told to stop gets TERM, a grace, KILL, and
    ends when its group is dead. `launch` comes once; then only the pump's thread calls, `stop` excepted.
    """

    def __init__(
        self,
        descriptor: Descriptor,
        invocation: Invocation,
        controls: Controls,
        respondent: Respondent | None = None,
    ) -> None:
        self._limit = _seconds(descriptor.task, controls.timeout)
        self.descriptor = descriptor
        self.controls = controls
        self.record = Record(descriptor, invocation)
        self.record.controls = controls
        self.pump: Pump | None = None
        """Who moves it; none before it is submitted."""
        self.keeper: CachedRun | None = None
        """Puts its outcome into the cache."""
        self.queue: Queue | None = None
        """Whose slot it takes."""
        self.handed_over = False
        """Its process was started, and the pump will see to its end."""
        self._respondent = respondent
        """Who talks with a program that has a terminal; None: whom the descriptor's prompts make."""
        self._invocation = invocation
        self._callbacks: Callbacks | None = None
        if callable(controls.progress):
            self._callbacks = Callbacks(controls.callback or {}, self.record, controls.progress)
        elif controls.callback is not None:
            self._callbacks = Callbacks(controls.callback, self.record)
        self.is_watched = self._callbacks is not None
        """It goes on when nobody holds its result."""
        self.record.delivering += self.is_watched
        self._bar: Bar | None = None
        if controls.progress is True or (controls.progress == "auto" and is_seen()):
            from .progress import Bar

            self._bar = Bar(self.record, always=controls.progress is True)
        self._intake: Intake | None = None
        self._process: Process | None = None
        self._streams: Streams | None = None
        self._attached = False
        self.due = math.inf
        """When `tick` is to be called (monotonic)."""
        self._deadline = math.inf
        self._exited: float | None = None
        """When the leader was seen dead (monotonic)."""
        self._stopping: tuple[Status, str] | None = None
        """How it is to end."""
        self._pursuit: Pursuit | None = None
        """Of a group that was told to stop."""

    @property
    def ended(self) -> bool:
        return self.record.finished

    @property
    def invocation(self) -> Invocation:
        """The call, translated."""
        return self._invocation

    # The start.

    def check_program(self) -> None:
        """Where the descriptor requires a version: ask for it, once for each program; TaskError when it will not do."""
        if self.descriptor.requires is None:
            return
        from ..packages.requirements import require

        try:
            require(self.descriptor, self.controls.env)
        except BaseException as error:
            self.give_up(Status.ERROR, str(error))
            raise

    def launch(self, hand_over: Callable[[Run], object]) -> None:
        """Start the process and hand the run over to its pump. TaskError when that cannot be; it has ended then."""
        descriptor, invocation, controls, record = self.descriptor, self._invocation, self.controls, self.record
        source: int | None = None
        try:
            added = added_variables(descriptor, invocation, controls.env)
            program = find_executable(descriptor, added)
            argv = [os.path.abspath(program), *invocation.words]
            cwd = None if controls.cwd is None else os.fspath(controls.cwd)
            self._intake = self._make_intake(cwd or os.curdir)
            if invocation.stdin is not None:
                stdin = invocation.stdin
                source = open_input(
                    descriptor.task, os.path.join(cwd or "", stdin) if isinstance(stdin, str) else stdin
                )
            with PostponedInterrupt():
                self._process = launch(
                    descriptor.task,
                    argv,
                    environment=whole_environment(added),
                    cwd=cwd,
                    stdin=source,
                    descriptors=invocation.descriptors,
                    channel_variable=CHANNEL_VARIABLE.encode(),
                    terminal=self._open_terminal() if descriptor.terminal else None,
                )
                self._streams = Streams(
                    self._process, self._intake, record, self._deliver, self._look_again, self._respondent
                )
                if self._respondent is not None and self._process.terminal is not None:
                    self._respondent.begin(self._process.terminal, record, self._look_again)
                record.begin(argv)
                if self._bar is not None:
                    self._bar.begin()
                if self._limit is not None:
                    self._deadline = time.monotonic() + self._limit
                self.release()
                hand_over(self)
                self.handed_over = True
        except BaseException as error:
            if not self.handed_over:
                self.give_up(Status.ERROR, str(error))
            raise
        finally:
            if source is not None:
                os.close(source)
            self.release()
        debug("%s: start %s", descriptor.task, argv)

    def _open_terminal(self) -> Terminal:
        from .terminal import Terminal

        if self._respondent is None:
            from .dialogue import Dialogue

            self._respondent = Dialogue(self.descriptor, self._invocation.answers)
        try:
            return Terminal(self.descriptor.terminal, canonical=self._respondent.canonical)
        except OSError as error:
            raise TaskError(f"{self.descriptor.task}: there is no terminal for it: {error.strerror}") from error

    def _make_intake(self, folder: str) -> Intake:
        if self.keeper is not None:
            return self.keeper.make_intake()
        record = self.record
        return Intake(self.descriptor, self._invocation, stdout=record.stdout, stderr=record.stderr, folder=folder)

    def attach(self) -> None:
        """Have the pump watch process and pipes."""
        if self._process is None or self._streams is None or self.pump is None:
            return
        self._attached = True
        self._streams.attach(self.pump)
        self.pump.watch(self._process.pidfd, self._leader_ready)
        self.due = self._deadline if self._respondent is None else 0
        if self._stopping is not None:
            self._terminate()

    def release(self) -> None:
        """Close what was staged for the process."""
        descriptors, self._invocation.descriptors = self._invocation.descriptors, ()
        for descriptor in descriptors:
            os.close(descriptor)
        self._invocation.stdin = None

    def take(self, events: Iterable[Event]) -> None:
        """Have the record take in what the program said, and tell the callbacks."""
        if items := self.record.take(events):
            self._deliver(items)

    def _deliver(self, items: list[Item | Progress]) -> None:
        if self._callbacks is not None:
            if self.controls.async_:
                self._callbacks.call_later(items)
            else:
                self._callbacks.call(items)

    # An earlier run in place of this one.

    def begin_replay(self, argv: list[str], started: float) -> None:
        """What an earlier run said is to come (`take`), as if it were said now."""
        self.release()
        self.record.begin(argv)
        self.record.started = started

    def end_replay(self, intake: Intake, code: int, elapsed: float) -> None:
        """All of it has come."""
        self._intake = intake
        self._conclude(code)
        self.record.began, self.record.ended = 0.0, elapsed

    # The way.

    def tick(self, now: float) -> None:
        """Do what the time, or what was seen since the last tick, asks for; sets `due`."""
        process, streams = self._process, self._streams
        if process is None or streams is None or self.ended:
            self.due = math.inf
            return
        if self._stopping is None:
            if streams.trouble:
                self._stop(Status.ERROR, streams.trouble)
            elif now >= self._deadline:
                self._stop(Status.TIMEOUT, f"ended at its time limit of {self._limit:g} s")
        if self._pursuit is not None:
            if self._pursuit.is_over(now, exited=self._exited is not None, dry=streams.outputs_ended):
                self._finish()
            else:
                self.due = self._pursuit.due
        elif self._exited is None:
            self.due = self._deadline
            if self._respondent is not None:
                self.due = min(self.due, self._respondent.tick(now))
                if self._respondent.trouble:
                    self._stop(Status.ERROR, self._respondent.trouble)
        else:
            quiet = max(self._exited, streams.last_byte) + DRAIN
            if streams.outputs_ended or now >= quiet:
                self._finish()
            else:
                self.due = min(quiet, self._deadline)

    def _leader_ready(self) -> None:
        if self._process is not None and self.pump is not None and self._process.poll():
            self._exited = time.monotonic()
            self.pump.unwatch(self._process.pidfd)
            if self._process.terminal is not None:
                self._process.terminal.release()
            self.due = 0

    def _look_again(self) -> None:
        self.due = 0

    # The end.

    def stop(self, status: Status, message: str) -> None:
        """Ask, from any thread or finalizer, for the end of the process group."""
        if self.ended or self.record.orphaned:
            return
        if self.pump is None:
            self.give_up(status, message)
        else:
            self.pump.post(partial(self._stop, status, message))

    def _stop(self, status: Status, message: str) -> None:
        if self.ended or self._stopping is not None:
            return
        self._stopping = (status, message)
        if self.record.phase == "queued":
            self.give_up(status, message)
        elif self._attached:
            self._terminate()

    def _terminate(self) -> None:
        if self._process is not None:
            self._pursuit = Pursuit(self._process)
            self.due = 0

    def _finish(self) -> None:
        """The process is dead and its pipes are dry: read what was held back, and judge."""
        streams, process = self._streams, self._process
        if streams is not None:
            streams.close()
        self._let_go()
        self._conclude(process.returncode if process is not None else None)

    def _conclude(self, code: int | None) -> None:
        """All output has come, and the exit status is known."""
        intake = self._intake
        if self._stopping is not None:
            self._end(*self._stopping, code)
            return
        success = is_success(self.descriptor, code)
        if intake is not None and code is not None and code >= 0:
            # A last line cut short by a signal is no value.
            self._intake = None
            self.take(intake.finish(success))
        status, message = judge(self.record, code, self._note())
        if self.keeper is None or status is not Status.SUCCESS or code is None:
            self._end(status, message, code)
        else:
            self.due = math.inf
            self.record.ended = time.monotonic()
            self.keeper.keep(code, lambda: None if self.ended else self._end(status, message, code))

    def give_up(self, status: Status, message: str) -> None:
        """End at once, by force: for what could not start, was interrupted twice, or is broken."""
        if self.ended:
            return
        process = self._process
        if process is not None and not process.returned:
            process.signal_group(signal.SIGKILL)
            process.await_exit(PATIENCE)
        if self._streams is not None:
            self._streams.drop()
        self._let_go()
        self.release()
        self._end(status, message, process.returncode if process is not None else None)

    def _let_go(self) -> None:
        process = self._process
        if process is not None and not process.closed:
            if self.pump is not None:
                self.pump.unwatch(process.pidfd)
            process.close()

    def _note(self) -> str:
        """What was seen to go wrong at its terminal."""
        return self._respondent.note if self._respondent is not None else ""

    def _end(self, status: Status, message: str, code: int | None) -> None:
        self.due = math.inf
        # Nothing may keep the rest alive, or make it a cycle that waits for the collector.
        self._intake = self._streams = self._process = self._pursuit = self.keeper = None
        if self._bar is not None:
            self._bar.end()
        self.record.finish(status, message, code)
        if self._respondent is not None:
            self._respondent.over()
        if self._callbacks is not None:
            if self.controls.async_:
                self._callbacks.end_later()
            else:
                self.record.delivered()
        debug("%s: %s %s", self.descriptor.task, status.name, message)

    def collected(self) -> None:
        """Nobody holds the result any more (called by a finalizer, in any thread)."""
        if self.ended or self.record.orphaned:
            return
        if self.pump is None:
            self.release()
        elif not self.is_watched and self.pump.process == os.getpid():
            # (A fork drops what other threads held before it tells anybody that this is another process.)
            warnings.warn(
                f"{self.descriptor.task}: the result of a run was dropped before its end, so the run ends",
                ResourceWarning,
                stacklevel=3,
            )
            self.stop(Status.ABORTED, "its result was dropped")

    def kill(self) -> None:
        """The last means, from any thread."""
        if self._process is not None:
            self._process.signal_group(signal.SIGKILL)

    def abandon(self) -> None:
        """In the child of a fork: the run is the parent's; close our copies of its files."""
        if self._streams is not None:
            self._streams.abandon()
        if self._process is not None and not self._process.closed:
            self._process.abandon()
        self.release()


def _seconds(task: str, timeout: float | None) -> float | None:
    if timeout is None or timeout == math.inf:
        return None
    if not isinstance(timeout, int | float) or isinstance(timeout, bool) or not timeout > 0:
        raise TaskParameterError(
            f"{task}: timeout is a positive number of seconds, not {timeout!r}",
            task=task,
            parameter="timeout",
            value=timeout,
        )
    return float(timeout)
