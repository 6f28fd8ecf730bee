"""A descriptor in the making: what the translators have in common."""

from __future__ import annotations

import keyword
import os
import re
from collections.abc import Iterable, Mapping
from typing import Any

from voclient.tasking.calls.values import show
from voclient.tasking.descriptors.checking import Checker
from voclient.tasking.descriptors.descriptor import CONTROLS
from voclient.tasking.descriptors.template import fill, placeholders
from voclient.tasking.descriptors.yamlfile import Document, Path, parse_document
from voclient.tasking.errors import DescriptorError, TaskError

from .emit import emit

_ORDER = (
    "task", "summary", "description", "executable", "install", "arguments", "command", "parameters", "exclusive",
    "at_least_one", "exactly_one", "end_of_options", "environment", "exit_statuses", "results", "examples",
)  # fmt: skip


class ImportRefusedError(TaskError):
    """A foreign descriptor says what ours cannot: nothing is translated rather than anything wrongly.

    Attributes
    ----------
    file, line, column
        Where it says so.
    field : str
        What says so, as a dotted path.
    """

    def __init__(self, message: str, *, file: str = "", line: int = 1, column: int = 1, field: str = "") -> None:
        super().__init__(message)
        self.file, self.line, self.column, self.field = file, line, column, field

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (str(self), self.file, self.line, self.column, self.field)


def _rebuild(message: str, file: str, line: int, column: int, field: str) -> ImportRefusedError:
    return ImportRefusedError(message, file=file, line=line, column=column, field=field)


class Source:
    """The foreign document: refusals name their place in it."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.data = document.data
        self.file = document.file

    @property
    def stem(self) -> str:
        """The file's name without ending."""
        return os.path.basename(self.file).split(".")[0]

    def refuse(self, path: Path, reason: str) -> ImportRefusedError:
        """The error that says what cannot be expressed, and why."""
        places, known = self.document.places, path
        while known and known not in places:
            known = known[:-1]
        line, column = places.get(known, (1, 1))
        field = ".".join(map(str, path)) or "the document"
        return ImportRefusedError(
            f"{self.file}:{line}:{column}: {field}: {reason}", file=self.file, line=line, column=column, field=field
        )

    def only(self, path: Path, data: Any, known: Iterable[str], *, extensions: bool = False) -> None:
        """Refuse what is no mapping, or has keys of unknown meaning."""
        if not isinstance(data, dict):
            raise self.refuse(path, f"{data!r} is no mapping")
        for key in data:
            if key not in known and not (extensions and ":" in str(key)):
                raise self.refuse((*path, key), "is not known here, so what it asks for is not known either")

    def shaped(self, path: Path, data: Any, fields: Mapping[str, str]) -> None:
        """As `only`, for fields whose kinds are known: `text flag number texts list mapping any`."""
        self.only(path, data, fields)
        for name, value in data.items():
            kind = fields[name]
            is_kind = {
                "text": isinstance(value, str), "flag": isinstance(value, bool), "any": True,
                "number": isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e300,
                "texts": isinstance(value, list) and all(isinstance(item, str) for item in value),
                "list": isinstance(value, list), "mapping": isinstance(value, dict),
            }[kind]  # fmt: skip
            if value is not None and not is_kind:
                raise self.refuse((*path, name), f"{show(value)} is {'no' if kind != 'texts' else 'not all'} {kind}")


Word = tuple[str, bool | None]
"""A word of a command line: fixed (False), the name of a parameter (True), a template of values in a word (None)."""


class Draft:
    """A descriptor in the making."""

    def __init__(self, task: str, summary: str) -> None:
        self.data: dict[str, Any] = {"task": task_name(task), "summary": one_line(summary) or f"Run {task}"}
        self.parameters: dict[str, dict[str, Any]] = {}
        self.comments: list[str] = []
        self.remarks: dict[str, list[str]] = {}

    def remark(self, name: str, text: str) -> None:
        """Something to look at, as a comment above a parameter."""
        self.remarks.setdefault(name, []).append(text)

    def note_container(self, image: Any) -> None:
        """Say in a comment that the program is meant to run in a container."""
        self.comments.append(f"The program is meant to run in the container image {image}; here it must be installed.")

    def lay_out(self, words: list[Word]) -> None:
        """Say the words of the command line in their order.

        Fixed ones first, then parameters, is the order of declaration; any other needs `command`.
        """
        named = [name for name, is_parameter in words if is_parameter]
        words = [(fill(word, {}), False) if kind is None and not placeholders(word) else (word, kind)
                 for word, kind in words]  # fmt: skip
        fixed = [word for word, kind in words if kind is False]
        self.parameters = {name: self.parameters[name] for name in dict.fromkeys((*named, *self.parameters))}
        head = next((i for i, (_, kind) in enumerate(words) if kind is not False), len(words))
        if any(not kind for _, kind in words[head:]) or len(set(named)) < len(named):
            self.data["command"] = [
                f"{{{word}}}" if kind else word if kind is None else literal_word(word) for word, kind in words
            ]
        else:
            if fixed:
                self.data["arguments"] = fixed
            if any(_is_operand(parameter) for parameter in self.parameters.values()):
                self.data["end_of_options"] = None

    def text(self) -> str:
        """The YAML, which passes `voclient check`.

        Raises
        ------
        ImportRefusedError
            It would not pass: something in it that no translator foresaw.
        """
        from voclient.tasking.descriptors.schema import check_descriptor

        data = self.data | ({"parameters": self.parameters} if self.parameters else {})
        text = emit({key: data[key] for key in _ORDER if key in data}, self.comments, self.remarks)
        try:
            checker = Checker(parse_document(text, "descriptor"))
            check_descriptor(checker, checker.document.data)
            checker.finish()
        except DescriptorError as error:
            first = str(error).splitlines()[0].split(": ", 1)[-1]
            raise ImportRefusedError(f"what it says is no descriptor: {first}") from error
        return text


def _is_operand(parameter: dict[str, Any]) -> bool:
    argv = parameter.get("argv")
    first = argv[0] if isinstance(argv, list) and argv else argv
    return isinstance(first, str) and first.startswith("{") and not first.startswith("{{")


def literal_word(text: str) -> str:
    """A fixed word as a template: its braces doubled."""
    return text.replace("{", "{{").replace("}", "}}")


def argv_field(words: list[str]) -> str | list[str]:
    """A template as people write it: one text, unless a word has blanks.

    >>> argv_field(["-n", "{}"]), argv_field(["-n", "a b{}"])
    ('-n {}', ['-n', 'a b{}'])
    """
    text = " ".join(words)
    return text if text.split() == words and text not in ("stdin", "none") else words


def one_line(text: Any) -> str:
    """Text as one line without a full stop at its end."""
    line = " ".join("".join(ch if ch.isprintable() else " " for ch in str(text)).split())
    return line[:-1] if line.endswith(".") and not line.endswith("..") else line


def paragraphs(text: Any) -> str:
    """Text in lines, without what would not be seen."""
    lines = ["".join(ch if ch.isprintable() else " " for ch in line).strip() for line in str(text).strip().splitlines()]
    return "\n".join(lines).strip()


def first_sentence(text: str) -> str:
    """The beginning of a text that can stand alone, at most a line."""
    line = one_line(text)
    found = re.match(r"(.{10,100}?)\.(?:\s|$)", line)
    if found:
        return found[1]
    return line if len(line) <= 100 else line[:97].rsplit(" ", 1)[0] + " …"


def task_name(text: str) -> str:
    """A task's name made of any text.

    >>> task_name("3dAutomask++"), task_name("Example tool"), task_name("import")
    ('x3dAutomask', 'Example_tool', 'import_')
    """
    name = re.sub(r"[^A-Za-z0-9_]+", "_", text).strip("_") or "task"
    name = name if name[0].isalpha() else f"x{name}"
    return f"{name}_" if keyword.iskeyword(name) else name


class Names:
    """Parameters' names made of foreign ones, which stay aliases."""

    def __init__(self, originals: Iterable[str]) -> None:
        originals = list(dict.fromkeys(originals))
        self.of: dict[str, str] = {}
        kept = [original for original in originals if _plain_name(original) == original]
        for original in (*kept, *(original for original in originals if original not in kept)):
            name = base = _plain_name(original)
            number = 2
            while name in self.of.values() or (name != original and name in originals):
                name, number = f"{base}_{number}", number + 1
            self.of[original] = name

    def alias(self, original: str) -> str | None:
        """The foreign name, where it differs and can be one."""
        usable = original and original not in CONTROLS and not any(blank in original for blank in " \t\n=")
        return original if usable and self.of[original] != original else None


def _plain_name(text: str) -> str:
    name = re.sub(r"[^a-z0-9_]+", "_", text.lower()).strip("_") or "value"
    name = name if name[0].isalpha() else f"x{name}"
    return f"{name}_" if keyword.iskeyword(name) or name in CONTROLS else name
