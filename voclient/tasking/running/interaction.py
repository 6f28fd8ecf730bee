"""What talks with a program at its terminal: the words it types, and what a run asks of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from ..calls.values import spell
from ..descriptors.template import fill, placeholders
from ..errors import TaskParameterError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..descriptors.descriptor import Descriptor, Parameter
    from .record import Record
    from .terminal import Terminal


class Respondent(Protocol):
    """Stands at the terminal of a run. All of it is called in the thread that moves the run."""

    canonical: bool
    """Whether the terminal hands lines to the program, and knows an end of file."""
    note: str
    """What it saw go wrong, for the message of a run that failed."""
    trouble: str
    """Why the run must end."""

    def begin(self, terminal: Terminal, record: Record, notice: Callable[[], None]) -> None:
        """The program has been started; `notice` has `tick` called when something else than output asks for it."""
        ...

    def hear(self, data: bytes, *, result: bool) -> bytes:
        """The program wrote something; returns what of that is output (`result`: of its stdout), for now."""
        ...

    def rest(self) -> bytes:
        """The output that was held back."""
        ...

    def tick(self, now: float) -> float:
        """Do what the time asks for; returns when to be called again, or as soon as something is heard."""
        ...

    def over(self) -> None:
        """The run has ended."""
        ...


def type_out(descriptor: Descriptor, template: str, values: dict[str, Any]) -> str | None:
    """What is typed for a template of `{parameter}`s.

    None when a parameter is missing and has no default; one with a default has an empty answer, by which a program
    does what it does by itself. TaskParameterError for a value that a terminal would act upon.
    """
    parameters = {parameter.name: parameter for parameter in descriptor.parameters}
    words: dict[str, str] = {}
    for name in placeholders(template):
        parameter = parameters[name]
        if name in values:
            words[name] = _spell(descriptor, parameter, values[name])
        elif parameter.default is not None:
            words[name] = ""
        else:
            return None
    return fill(template, words)


def _spell(descriptor: Descriptor, parameter: Parameter, value: Any) -> str:
    if parameter.type in ("range", "position"):
        from ..calls.arguments import spell_parts

        text = spell_parts(parameter, value)[""]
    else:
        items = value if isinstance(value, list) else [value]
        text = (parameter.separator or " ").join(spell(item, decimal=parameter.decimal) for item in items)
    if bad := next((character for character in text if is_control(character)), None):
        raise _refusal(descriptor, parameter, value, f"has the control character {bad!r}, which a terminal acts upon")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise _refusal(descriptor, parameter, value, "has a character that cannot be typed") from None
    return text


def is_control(character: str) -> bool:
    return character < " " or character == "\x7f"


def _refusal(descriptor: Descriptor, parameter: Parameter, value: Any, reason: str) -> TaskParameterError:
    return TaskParameterError(
        f"{descriptor.task}: parameter {parameter.name!r}: its value {reason}",
        task=descriptor.task, parameter=parameter.name, value=value,
    )  # fmt: skip


class Echo:
    """Takes out of what a program prints what was typed to it, and the end of that line.

    The terminal does not echo; this is for programs that do it themselves, and for the line feed by which they end a
    line that nobody saw.
    """

    def __init__(self, *, line_feeds: bool = True) -> None:
        """`line_feeds`: also the end of a line without the line."""
        self._ends = (b"\r\n", b"\n")
        self._line_feeds = line_feeds
        self._line: bytes | None = None
        self._seen = b""
        self._secret = False

    def expect(self, line: bytes, *, secret: bool = False) -> None:
        self._line, self._seen, self._secret = line, b"", secret

    def remove(self, data: bytes) -> bytes:
        """The data without the echo; as long as they may be its beginning they are held back."""
        line = self._line
        if line is None:
            return data
        data = self._seen + data
        self._seen = b""
        for echo in (*(line + end for end in self._ends), *(self._ends if self._line_feeds else ())):
            if data.startswith(echo):
                self._line = None
                return data[len(echo) :]
        if (line + b"\r\n").startswith(data) or (data == b"\r" and self._line_feeds):
            self._seen = data
            return b""
        self._line = None
        return data[len(line) :] if self._secret and line and data.startswith(line) else data

    def rest(self) -> bytes:
        """What was held back, and is no secret."""
        seen, self._seen = self._seen, b""
        return b"" if self._secret else seen
