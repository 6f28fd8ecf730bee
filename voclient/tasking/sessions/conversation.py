"""The side of a session that talks with its program: one command after the other, each answer to its call."""

from __future__ import annotations

import math
import re
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from ..running.dialogue import PROBE, Repeats, compile_prompts, unanswerable
from ..running.dialogue import QUIET as PAUSE
from ..running.interaction import Echo, type_out
from ..running.record import Status
from ..running.terminal import RETURN
from ..running.verdict import last_lines

if TYPE_CHECKING:
    from ..descriptors.descriptor import Descriptor, Invocation
    from ..running.record import Record
    from ..running.run import Run
    from ..running.terminal import Terminal
    from .session_call import Call
    from .talk import Talk

CLOSED = "the session was closed"
GRACE = 2.0
"""Seconds in which a program heeds Ctrl-C."""
QUIET = 0.1
"""Seconds of silence after which nothing of an interrupted command is left to come."""
RETRY = 0.01
"""Seconds until what found no room at the terminal is typed again."""
WINDOW = 4000
"""Bytes at the end of the output in which the prompt is sought."""


class Conversation:
    """One process of a session. All but `settled` is for the thread that moves its run."""

    canonical = False
    note = ""

    def __init__(
        self,
        descriptor: Descriptor,
        invocation: Invocation,
        calls: deque[Call | Talk],
        ended: Callable[[Conversation], None],
    ) -> None:
        """It serves `calls` in their order; `ended` is told when the process is dead."""
        assert descriptor.session is not None
        form = descriptor.session
        self.trouble = ""
        self.settled = threading.Event()
        """Set when it is ready for calls, or has ended."""
        self.failure = ""
        """Why it never was, or has ended."""
        self._form = form
        self._prompt = re.compile(rf"(?:{form.prompt})\Z", re.MULTILINE)
        self._calls = calls
        self._ended = ended
        self._call: Call | Talk | None = None
        self._verdict: tuple[Status, str] | None = None
        """How the call ends that was interrupted."""
        self._steps: deque[bytes] = deque()
        """What is still to be typed, each when the prompt has come."""
        self._state = "starting"
        """starting, ready, busy (with a call), stopping (a call), settling (after that), talking, closing."""
        self._patience = descriptor.prompt_timeout
        self._due = time.monotonic() + self._patience
        self._heard = 0.0
        self._record: Record | None = None
        self._probed: float | None = None
        """When it was tried whether it waits for more of a command (monotonic)."""
        self._silence = math.inf
        """Seconds of silence until that is tried."""
        self._repeats = Repeats()
        self._questions = compile_prompts(descriptor, invocation.answers)
        """They come before it is ready: for a password, say."""
        lines = [type_out(descriptor, line, invocation.values) for line in form.startup]
        self._startup = [line.encode() for line in lines if line is not None]
        self._said = b""
        """What it said before it was ready."""
        self._tail = b""
        self._echo = Echo(line_feeds=False)

    def begin(self, terminal: Terminal, record: Record, notice: Callable[[], None]) -> None:
        self._terminal = terminal
        self._notice = notice
        self._record = record
        self._plan(self._startup)
        if self._form.marker is not None:
            self._type_next()

    def hear(self, data: bytes, *, result: bool) -> bytes:
        """Nothing of it is the process's own output: it belongs to calls."""
        self._heard = time.monotonic()
        if self._state == "starting":
            self._said = self._said[-WINDOW:] + data
        if self._state == "talking":
            self._pass_on(data)
            return b""
        data = self._tail + self._echo.remove(data)
        if self._state == "settling":
            self._tail, self._due = b"", self._heard + QUIET
            return b""
        found = self._prompt.search(data[-WINDOW:].decode("utf-8", "surrogateescape"))
        if found is not None and self._state in ("starting", "busy", "stopping"):
            self._pass_on(data[: len(data) - len(found[0].encode("utf-8", "surrogateescape"))])
            self._tail = b""
            self._at_prompt()
        else:
            end = data.rfind(b"\n") + 1 if len(data) < WINDOW else len(data)
            self._pass_on(data[:end])
            self._tail = data[end:]
        return b""

    def rest(self) -> bytes:
        return b""

    def tick(self, now: float) -> float:
        if not self._terminal.send():
            return now + RETRY
        if self._state == "starting" and self._questions and self._tail:
            if now < self._heard + PAUSE:
                return min(self._due, self._heard + PAUSE)
            self._answer()
        if now >= self._due:
            if self._state == "starting":
                self.trouble = f"its prompt has not come in {self._patience:g} s"
            elif self._state == "busy" and self._call is not None:
                self.stop(self._call, Status.TIMEOUT, f"ended at its time limit of {self._call.limit:g} s")
            elif self._state == "closing":
                self.trouble = CLOSED
            elif self._state == "stopping":
                self.trouble = "it did not heed an interrupt"
            elif self._state == "settling":
                self._be_ready()
        return min(self._due, self._look_for_wait(now)) if self._state == "busy" else self._due

    def over(self) -> None:
        if self._record is None:
            self.settled.set()  # it could not be started, and who tried is told
            return
        how = self.trouble or self._record.message or f"exit status {self._record.returncode}"
        call, said = self._call, last_lines(self._said)
        if self._state == "starting":
            before = "before its first prompt "
            call = self._calls.popleft() if self._calls else None
        else:
            before = ""
            self._pass_on(self._tail)
            said = said if call is None else call.last_words()
        self.failure = f"the program of the session ended {before}({said + ': ' if said else ''}{how})"
        if call is not None:
            call.finish(*(self._verdict or (Status.ERROR, self.failure)), self._record.returncode)
        self._call = None
        self.settled.set()
        self._ended(self)

    # For the session.

    def next(self) -> None:
        """Begin the next call, if there is one and nothing else goes on."""
        while self._state == "ready" and self._calls:
            call = self._calls.popleft()
            if call.ended:
                continue
            self._call, self._tail = call, b""
            self._due = call.begin(self._record.argv if self._record is not None else [])
            if call.lines is None:
                self._state = "talking"
            else:
                self._state = "busy"
                self._silence = self._patience
                self._plan(call.lines)
                self._type_next()
            self._notice()

    def stop(self, call: Call | Talk, status: Status, message: str) -> None:
        """End a call: the one that runs is interrupted."""
        if call is not self._call:
            call.finish(status, message)
        elif self._state == "busy":
            self._state, self._verdict = "stopping", (status, message)
            self._due = time.monotonic() + GRACE
            self._steps.clear()
            self._terminal.interrupt()
            self._notice()
            if self._form.marker is not None:
                self._plan([])
                self._type_next()

    def close(self, run: Run) -> None:
        """Have the program end: as it likes it, if there is a word for that and it listens."""
        if self._form.quit is not None and self._state == "ready":
            self._state, self._due = "closing", time.monotonic() + GRACE
            self._terminal.send(self._form.quit.encode() + RETURN)
            self._notice()
        else:
            self._verdict = Status.ABORTED, CLOSED
            run.stop(Status.ABORTED, CLOSED)

    def type(self, data: bytes) -> None:
        """For who talks."""
        self._terminal.send(data)
        self._notice()

    def resume(self, talk: Talk) -> None:
        """The talk is over, and the program is at its prompt."""
        talk.finish(Status.SUCCESS, "")
        if self._call is talk:
            self._call = None
            self._state, self._due = "settling", time.monotonic() + QUIET
            self._notice()

    # The way.

    def _answer(self) -> None:
        said = self._tail.decode("utf-8", "replace")
        for question in self._questions:
            pattern, prompt, answer = question
            if pattern.search(said) is None:
                continue
            self._tail = b""
            if answer.text is None:
                self.trouble = unanswerable(said, prompt)
                return
            self._echo.expect(answer.text.encode(), secret=answer.secret)
            self._terminal.send(answer.text.encode() + RETURN)
            self._due = self._heard + self._patience
            if not prompt.repeated:
                self._questions.remove(question)
            elif self._repeats.are_too_many(said):
                self.trouble = f"it asks {said.strip()!r} again and again"
            return

    def _look_for_wait(self, now: float) -> float:
        """Find out a command that is not complete: a program that waits for the rest takes a blank, one that computes
        leaves it. Returns when to look again."""
        if self._probed is None:
            if now < self._heard + self._silence:
                return self._heard + self._silence
            if not self._terminal.unread():
                self._probed = now
                self._terminal.send_blank()
                return now + PROBE
        elif now < self._probed + PROBE:
            return self._probed + PROBE
        elif self._terminal.unread():
            self._terminal.discard_unread()
        elif self._call is not None:
            at = self._tail.decode("utf-8", "replace").strip()
            found = f", at {at!r}" if at else ""
            self.stop(self._call, Status.ERROR, f"the command is not complete: the program waits for more{found}")
            return now
        self._probed, self._silence = None, 2 * self._silence
        return now + self._silence

    def _plan(self, lines: list[bytes]) -> None:
        """A program with a prompt is told a line at a time; one without is told all, and to say when it is done."""
        if self._form.marker is None:
            self._steps.extend(lines)
        else:
            self._steps.append(RETURN.join([*lines, self._form.marker.encode()]))

    def _type_next(self) -> None:
        line = self._steps.popleft()
        self._heard, self._probed = time.monotonic(), None
        if line and self._form.marker is None:
            self._echo.expect(line)
        self._terminal.send(line + RETURN)

    def _at_prompt(self) -> None:
        if self._state == "stopping" and self._call is not None and self._verdict is not None:
            call, verdict = self._call, self._verdict
            self._call = self._verdict = None
            self._state, self._due = "settling", time.monotonic() + QUIET
            call.finish(*verdict)
        elif self._steps:
            self._type_next()
        else:
            done, self._call = self._call, None
            if done is not None and done.lines is not None:
                done.succeed()
            self._be_ready()

    def _be_ready(self) -> None:
        self._state, self._due, self._tail = "ready", float("inf"), b""
        self._said = b""
        self.settled.set()
        self.next()

    def _pass_on(self, data: bytes) -> None:
        if data and self._call is not None:
            self._call.take(data)
