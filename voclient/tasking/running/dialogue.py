"""Answers the prompts of a program, as its descriptor says, and lets none wait for input for ever."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, NamedTuple

from ..descriptors.template import placeholders
from ..errors import TaskParameterError
from .interaction import Echo, type_out
from .terminal import LONGEST_LINE, RETURN

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from ..descriptors.descriptor import Descriptor, Prompt
    from .record import Record
    from .terminal import Terminal

QUIET = 0.05
"""Seconds of silence that tell a prompt from a line which goes on. (Programs may also drop what is typed before they
are ready; pexpect waits as long.)"""
PROBE = 0.02
"""Seconds in which a program that waits for input has taken an end of file; if it is slower, it will be tried again."""
ENDS = 3
"""So many ends of file are given to a program that goes on reading."""
REPEATS = 100
"""So often one question is answered with nothing else said in between."""
WINDOW = 4000
"""Characters at the end of the output in which a prompt is sought; an unfinished line of more is no prompt."""


class Answer(NamedTuple):
    """What a prompt gets; `text` None: the parameter was not given."""

    text: str | None
    secret: bool = False


def answers(descriptor: Descriptor, values: dict[str, Any]) -> tuple[Answer, ...]:
    """What is typed at each prompt of a call; TaskParameterError for what cannot be."""
    secrets = {parameter.name for parameter in descriptor.parameters if parameter.secret}
    result = []
    for prompt in descriptor.prompts:
        text = type_out(descriptor, prompt.answer, values)
        names = placeholders(prompt.answer)
        if text is not None and len(text.encode()) > LONGEST_LINE:
            raise TaskParameterError(
                f"{descriptor.task}: parameter {names[0]!r}: its value is longer than a line of a terminal "
                f"({LONGEST_LINE} bytes)", task=descriptor.task, parameter=names[0],
            )  # fmt: skip
        result.append(Answer(text, not secrets.isdisjoint(names)))
    return tuple(result)


def compile_prompts(
    descriptor: Descriptor, answers: tuple[Answer, ...]
) -> list[tuple[re.Pattern[str], Prompt, Answer]]:
    """The prompts of a descriptor, each as a pattern for the end of what was said, with its answer in this call."""
    return [
        (re.compile(rf"(?:{prompt.expect})\s*\Z"), prompt, answer)
        for prompt, answer in zip(descriptor.prompts, answers, strict=True)
    ]


class Repeats:
    """Tells of a program that takes no answer: it asks the same again and again, and says nothing else."""

    def __init__(self) -> None:
        self._said = ""
        self._count = 0

    def are_too_many(self, said: str) -> bool:
        """`said` is all that was said since the last answer."""
        self._count = self._count + 1 if said == self._said else 1
        self._said = said
        return self._count > REPEATS


def unanswerable(asked: str, prompt: Prompt) -> str:
    names = " and ".join(repr(name) for name in placeholders(prompt.answer))
    return f"it asks {asked.strip()!r}, and the parameter {names} was not given"


class Dialogue:
    """Answers each prompt once, or whenever it comes if it is `repeated`; then there is only end of file to read.

    A prompt is what stands at the end of the output while the program is silent. A program that reads when nothing can
    be answered is found out by an end of file: one that waits takes it, one that computes leaves it.
    """

    canonical = True

    def __init__(self, descriptor: Descriptor, answers: tuple[Answer, ...]) -> None:
        self.note = self.trouble = ""
        self._descriptor = descriptor
        self._prompts = compile_prompts(descriptor, answers)
        self._used: set[int] = set()
        self._repeats = Repeats()
        self._window = ""
        self._tail = b""
        """The unfinished last line of stdout: perhaps a prompt, which is no output."""
        self._echo = Echo()
        self._settled = False
        """What was heard last was looked at."""
        self._ends = 0
        self._probing = False
        self._asked = ""
        """What stood at the end when it was tried whether the program waits."""
        self._patience = descriptor.prompt_timeout
        self._heard = 0.0

    def begin(self, terminal: Terminal, record: Record, notice: Callable[[], None]) -> None:
        self._terminal = terminal
        self._record = record
        self._heard = time.monotonic()
        self._end_input()

    def hear(self, data: bytes, *, result: bool) -> bytes:
        self._heard = time.monotonic()
        self._settled = False
        data = self._echo.remove(data)
        self._window = (self._window + data[-4 * WINDOW :].decode("utf-8", "replace"))[-WINDOW:]
        if not result:
            return data
        data = self._tail + data
        end = len(data) if len(data) - data.rfind(b"\n") > 4 * WINDOW else data.rfind(b"\n") + 1
        self._tail = data[end:]
        return data[:end]

    def rest(self) -> bytes:
        if self._probing:
            self._note_wait()
        data, self._tail = self._tail + self._echo.rest(), b""
        return data

    def tick(self, now: float) -> float:
        if not self._terminal.send():
            return now + QUIET
        if not self._settled:
            if now < self._heard + QUIET:
                return self._heard + QUIET
            self._settled = True
            self._look(now)
        if self._probing:
            return self._judge_probe(now)
        if now < self._heard + self._patience:
            return self._heard + self._patience
        self._heard = now
        if self._terminal.unread():
            return now + self._patience
        self._asked, self._window = self._window.rsplit("\n", 1)[-1].strip(), ""
        self._probing = self._terminal.send_end_of_file()
        return now + PROBE

    def over(self) -> None:
        pass

    def _look(self, now: float) -> None:
        """Answer the prompt at the end of what was heard, if one is there."""
        for index, (pattern, prompt, answer) in enumerate(self._prompts):
            found = pattern.search(self._window)
            if found is None:
                continue
            asked = found[0].strip()
            if answer.text is None:
                self.trouble = unanswerable(asked, prompt)
            elif index in self._used and (not prompt.repeated or self._repeats.are_too_many(self._window)):
                self.note = f"it asks {asked!r} again" + (" and again" if prompt.repeated else "")
                self._end_answers()
            else:
                self._used.add(index)
                self._take_out(found[0])
                line = answer.text.encode()
                self._echo.expect(line, secret=answer.secret)
                if self._probing:
                    self._terminal.discard_unread()
                self._terminal.send(line + RETURN)
                self._end_input()
            self._heard = now
            self._patience = self._descriptor.prompt_timeout
            self._probing = False
            self._window = ""
            return

    def _take_out(self, prompt: str) -> None:
        """What was asked is no output, but a message."""
        words = prompt.encode()
        if self._tail.endswith(words):
            self._tail = self._tail[: -len(words)]
            self._record.stderr.write(words + b"\n")

    def _end_input(self) -> None:
        """When no answer can come any more there is end of file, as in `/dev/null`."""
        if all(index in self._used and not prompt.repeated for index, (_, prompt, _) in enumerate(self._prompts)):
            self._terminal.send_end_of_file()

    def _judge_probe(self, now: float) -> float:
        if now < self._heard + PROBE:
            return self._heard + PROBE
        if self._terminal.unread():
            # It computes. Now and then, and ever more rarely, is enough: it may come to ask just then.
            self._terminal.discard_unread()
            self._end_input()
            self._patience *= 2
        else:
            self._note_wait()
            self._count_end()
        self._probing = False
        return now + self._patience

    def _end_answers(self) -> None:
        """The last answer was not liked, and there is no other."""
        self._count_end()
        self._terminal.send_end_of_file()

    def _count_end(self) -> None:
        self._ends += 1
        if self._ends >= ENDS:
            self.trouble = self.note

    def _note_wait(self) -> None:
        self.note = "it waits for input"
        if self._asked:
            self.note += f", and {self._asked!r} is no prompt of its descriptor"
