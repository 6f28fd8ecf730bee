"""Sessions: one long-lived interactive program, many calls."""

from __future__ import annotations

import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any
from weakref import WeakSet, ref

from ..calls.arguments import translate, warn_of_old_names
from ..calls.controls import Controls
from ..descriptors.descriptor import CONTROLS
from ..errors import TaskError, TaskParameterError
from ..executors.local import Queue
from ..opset import OPset
from ..running.record import Status
from ..running.run import Run
from .conversation import CLOSED, Conversation
from .parts import part
from .session_call import Call

if TYPE_CHECKING:
    from ..calls.tasks import Task
    from ..descriptors.descriptor import Invocation
    from .talk import Talk

_CALL_CONTROLS = ("async_", "timeout", "check", "callback", "async")
_SESSION_CONTROLS = ("cwd", "env", "timeout", "check")


class Session:
    """A program of a task that stays, as `task.session(…)` gives it. Calls are queued, whichever thread makes them.

    Examples
    --------
    >>> from voclient.tasking import import_task
    >>> with import_task("gnuplot.evaluate").session() as evaluate:
    ...     evaluate("6 * 7")["value"], evaluate("2 ** 10")["value"]
    (42.0, 1024.0)
    """

    def __init__(self, task: Task, operands: tuple[Any, ...], given: dict[str, Any]) -> None:
        descriptor = task.descriptor
        if descriptor.session is None:
            raise TaskError(f"{descriptor.task}: its descriptor has no 'session'")
        self.form = descriptor.session
        self._task = type(task)(part(descriptor, typed=True))
        """What a call takes."""
        self._starter = type(task)(part(descriptor, typed=False))
        self.controls, self._given = _split(self._starter, operands, given, _SESSION_CONTROLS)
        self._descriptor = descriptor
        self._calls: deque[Call | Talk] = deque()
        self._closed = False
        self._run: Run | None = None
        self._conversation: Conversation | None = None
        self._started = False
        self._renew_lock()
        _sessions.add(self)
        invocation = self._starter.prepare(**self._given)
        _release(invocation)
        self._values = invocation.values

    def __call__(self, /, *operands: Any, **given: Any) -> OPset:
        """Call the program once; it is started, or started again, if it does not run.

        Parameters
        ----------
        *operands
            The parameters of the command, by position.
        **given
            These by name, and task controls: `async_`, `timeout`, `check`, `callback`.

        Returns
        -------
        OPset
            What it answers. At its `timeout` the program is interrupted with Ctrl-C, and ended if it does not heed
            that. A call during which the program dies is an `ERROR`.

        Raises
        ------
        TaskParameterError
            The call is wrong; nothing was typed.
        TaskError
            The program cannot be started, or the session was closed.
        TaskExecutionError
            It failed, and `check` was given.
        """
        controls, values = _split(self._task, operands, given, _CALL_CONTROLS)
        limit = controls.timeout if controls.timeout is not None else self.controls.timeout
        check = controls.check or self.controls.check
        controls = Controls(async_=controls.async_, check=check, callback=controls.callback)
        invocation = self._task.prepare(**values)
        invocation.values = self._values | invocation.values
        call = Call(self, self._descriptor, invocation, controls, limit)
        result = OPset(call)  # type: ignore[arg-type]  # a call is to it as a run
        self._submit(call)
        if not controls.async_:
            try:
                result.wait()
            except BaseException:
                result.abort()
                raise
        return result

    @property
    def alive(self) -> bool:
        """Whether its program runs."""
        run = self._run
        return run is not None and not run.ended

    def start(self) -> Session:
        """Start the program, and wait until it is ready. The first call would, too.

        Returns
        -------
        Session
            Itself.

        Raises
        ------
        TaskError
            It cannot be started, or its prompt does not come.

        Examples
        --------
        >>> from voclient.tasking import import_task
        >>> evaluate = import_task("gnuplot.evaluate").session().start()
        >>> evaluate.alive
        True
        >>> evaluate.close()
        """
        with self._lock:
            conversation = self._living()
        try:
            conversation.settled.wait()
        except BaseException:
            self.close()
            raise
        if conversation.failure:
            raise TaskError(f"{self._descriptor.task}: {conversation.failure}")
        return self

    @contextmanager
    def pexpect(self, timeout: float | None = 30) -> Iterator[Talk]:
        """Talk to the program by hand; calls wait meanwhile.

        Parameters
        ----------
        timeout : float, default: 30
            Seconds that each `expect` waits, unless it is told otherwise.

        Yields
        ------
        pexpect.spawnbase.SpawnBase
            A pexpect object: `expect`, `send`, `sendline`, `sendintr`, `before`, `after`, … At the end of the block the
            program must be at its prompt again.

        Raises
        ------
        TaskError
            The program cannot be started, or has ended.

        Examples
        --------
        >>> from voclient.tasking import import_task
        >>> with import_task("gnuplot.evaluate").session() as evaluate:
        ...     with evaluate.pexpect() as child:
        ...         _ = child.sendline("print 6 * 7")
        ...         _ = child.expect(r"(\\d+)\\ngnuplot> ")
        ...         child.match[1]
        '42'
        """
        from .talk import Talk

        talk = Talk(self._type, timeout)
        self._submit(talk)
        try:
            talk.granted.wait()
            if talk.ended:
                raise TaskError(f"{self._descriptor.task}: {talk.failure}")
            yield talk
        finally:
            conversation = self._conversation
            if conversation is not None:
                self._post(partial(conversation.resume, talk))

    def close(self) -> None:
        """End the program: politely, with the `quit` of its descriptor, then by signals. Calls that wait are aborted.

        Examples
        --------
        >>> from voclient.tasking import import_task
        >>> evaluate = import_task("gnuplot.evaluate").session()
        >>> evaluate("1 + 1")["value"]
        2.0
        >>> evaluate.close()
        """
        with self._lock:
            self._closed = True
            run, conversation = self._run, self._conversation
            waiting = list(self._calls)
            self._calls.clear()
        for call in waiting:
            call.finish(Status.ABORTED, CLOSED)
        if run is not None and conversation is not None and run.pump is not None:
            run.pump.post(partial(conversation.close, run))
            run.record.wait_over()

    def __enter__(self) -> Session:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __del__(self) -> None:
        run = getattr(self, "_run", None)
        if run is not None:
            run.stop(Status.ABORTED, "the session was dropped")

    def __repr__(self) -> str:
        state = "closed" if self._closed else "runs" if self.alive else "does not run"
        return f"<session of {self._descriptor.task}: {state}>"

    # Its processes.

    def _submit(self, call: Call | Talk) -> None:
        with self._lock:
            self._calls.append(call)
            try:
                conversation = self._living()
            except BaseException as error:
                if call in self._calls:
                    self._calls.remove(call)
                call.finish(Status.ERROR, str(error))
                raise
            run = self._run
            if run is not None and run.pump is not None:
                if isinstance(call, Call):
                    call.pump = run.pump
                run.pump.post(conversation.next)

    def _living(self) -> Conversation:
        """The conversation with the program, which is started if it does not run."""
        if self._closed:
            raise TaskError(f"{self._descriptor.task}: the session was closed")
        if self._run is None or self._conversation is None or self._run.ended:
            if self._started and not self.form.restart:
                why = self._conversation.failure if self._conversation is not None else "its program ended"
                raise TaskError(f"{self._descriptor.task}: {why}, and the session is not begun again")
            return self._launch()
        return self._conversation

    def _launch(self) -> Conversation:
        this = ref(self)
        controls = Controls(async_=True, cwd=self.controls.cwd, env=self.controls.env)
        invocation = translate(self._starter.descriptor, self._given, controls)
        conversation = Conversation(
            self._starter.descriptor, invocation, self._calls, lambda ended: _process_ended(this(), ended)
        )
        run = Run(self._starter.descriptor, invocation, controls, conversation)
        if not self._started:
            run.check_program()
        self._run, self._conversation, self._started = run, conversation, True
        _queue.submit(run)
        return conversation

    def _process_ended(self, conversation: Conversation) -> None:
        """In the thread that moves runs: the calls that wait need another one."""
        with self._lock:
            if conversation is not self._conversation or not self._calls:
                return
            try:
                self._living()
            except Exception as error:
                while self._calls:
                    self._calls.popleft().finish(Status.ERROR, str(error))

    def stop_call(self, call: Call, status: Status, message: str) -> None:
        """End a call with this status, whether the program has it or it waits: what abort() of its OPset asks."""
        with self._lock:
            run, conversation = self._run, self._conversation
        if run is not None and run.pump is not None and conversation is not None and not run.ended:
            run.pump.post(partial(conversation.stop, call, status, message))
        else:
            call.finish(status, message)

    def _type(self, data: bytes) -> None:
        if self._conversation is not None:
            self._post(partial(self._conversation.type, data))

    def _post(self, order: Callable[[], None]) -> None:
        run = self._run
        if run is not None and run.pump is not None and not run.ended:
            run.pump.post(order)

    def _renew_lock(self) -> None:
        self._lock = threading.RLock()

    def _forget(self) -> None:
        """In the child of a fork: the program is the parent's; here the next call starts another."""
        self._renew_lock()
        self._calls.clear()
        self._run = self._conversation = None
        self._started = False


def call_once(task: Task, operands: tuple[Any, ...], given: dict[str, Any]) -> OPset:
    """A plain call of a task with sessions: a session of one call."""
    values = task.by_name(operands, given)
    if values.pop("prompt", False):
        from ..calls.prompting import ask_missing

        warn_of_old_names(task.descriptor, values)
        controls = {name: values.pop(name) for name in CONTROLS if name in values}
        values = ask_missing(task.descriptor, values) | controls
    typed = {name for p in task.descriptor.parameters if p.typed for name in (p.name, *p.aliases)}
    of_call = {name: value for name, value in values.items() if name in typed or name in _CALL_CONTROLS}
    session = Session(task, (), {name: value for name, value in values.items() if name not in of_call})
    if of_call.get("async_") or of_call.get("async"):
        return session(**of_call)
    with session:
        return session(**of_call)


def _split(
    task: Task, operands: tuple[Any, ...], given: dict[str, Any], allowed: tuple[str, ...]
) -> tuple[Controls, dict[str, Any]]:
    """Task controls and values; not all controls make sense for a session and for a call of it."""
    usual = Controls()
    for name in given:
        if name in CONTROLS and name not in allowed and given[name] not in (None, getattr(usual, name, None)):
            raise TaskParameterError(
                f"{task.__name__}: the task control {name!r} does not belong here (there are: {', '.join(allowed)})",
                task=task.__name__, parameter=name, value=given[name],
            )  # fmt: skip
    controls, values = task.split_controls(given)
    return controls, task.by_name(operands, values)


def _release(invocation: Invocation) -> None:
    """It was made to be looked at only."""
    for descriptor in invocation.descriptors:
        os.close(descriptor)


def _process_ended(session: Session | None, conversation: Conversation) -> None:
    if session is not None:
        session._process_ended(conversation)


_sessions: WeakSet[Session] = WeakSet()


def _make_queue() -> Queue:
    """Sessions wait for no slot: they would keep it, and all others from theirs."""
    return Queue(lambda: sys.maxsize)


_queue = _make_queue()


def _forget() -> None:
    global _queue
    _queue = _make_queue()
    for session in list(_sessions):
        session._forget()


os.register_at_fork(after_in_child=_forget)
