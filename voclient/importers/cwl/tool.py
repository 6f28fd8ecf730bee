"""A CommandLineTool as a whole."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Any

from voclient.tasking.descriptors.yamlfile import Document, Path

from ..draft import Draft, Names, Source, Word, argv_field, first_sentence, literal_word, one_line, paragraphs
from .bindings import Binding, Reference, bind, read_binding, read_pieces, read_text, words_of
from .outputs import read_outputs
from .requirements import read_environment, read_requirements
from .types import Type, Types, local_name

_TOOL = (
    "id", "label", "doc", "class", "cwlVersion", "inputs", "outputs", "baseCommand", "arguments", "stdin", "stdout",
    "stderr", "requirements", "hints", "successCodes", "temporaryFailCodes", "permanentFailCodes", "intent",
    "$namespaces", "$schemas", "$graph", "$base",
)  # fmt: skip
_INPUT = (
    "id", "label", "doc", "type", "inputBinding", "default", "format", "secondaryFiles", "streamable", "loadContents",
    "loadListing",
)  # fmt: skip
_VERSION = re.compile(r"v1\.[012](\.0-dev\d+)?")


def translate(document: Document) -> Draft:
    """Translate a CWL document.

    Parameters
    ----------
    document : Document
        A CommandLineTool, or a `$graph` of one.

    Returns
    -------
    Draft
        The descriptor.

    Raises
    ------
    ImportRefusedError
        It says what a descriptor cannot.
    """
    return Tool(Source(document)).draft()


class Tool:
    """One CommandLineTool under translation."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.path, self.tool = self._find()
        self.types = Types(source)
        self.inputs = {name: (path, item) for name, path, item in self.entries("inputs")}
        self.names = Names(self.inputs)
        self.kinds: dict[str, Type] = {}
        self.result = Draft(self._task(), one_line(self._text("label")) or first_sentence(self._text("doc")))
        self.bound: dict[str, list[dict[str, Any]]] = {name: [] for name in self.inputs}
        """Where each input goes: its templates."""
        self.within: set[str] = set()
        """Inputs that are parts of words."""
        self.elsewhere: dict[str, dict[str, Any]] = {}
        """Inputs that go to standard input or the environment."""
        self.environment: tuple[Path, dict[str, Any]] | None = None

    def refuse(self, path: Path, reason: str) -> Exception:
        return self.source.refuse((*self.path, *path), reason)

    def draft(self) -> Draft:
        """The descriptor."""
        read_requirements(self)
        for name, (path, item) in self.inputs.items():
            self.source.only(path, item, _INPUT, extensions=True)
            self.kinds[name] = self.types.resolve((*path, "type"), item.get("type"))
        words = self._command_line()
        self._stdin()
        read_environment(self)
        for name in self.inputs:
            self.result.parameters[self.names.of[name]] = self._parameter(name)
        executable, words = self._executable(words)
        self.result.data["executable"] = executable
        if (doc := paragraphs(self._text("doc"))) and one_line(doc) != self.result.data["summary"]:
            self.result.data["description"] = doc
        self.result.lay_out(words)
        read_outputs(self)
        self._exit_statuses()
        self.result.comments.insert(0, f"Imported from {os.path.basename(self.source.file)} (CWL).")
        return self.result

    def entries(self, field: str) -> Iterator[tuple[str, Path, dict[str, Any]]]:
        """Inputs or outputs, written as a list or a mapping: name, path, and what is said of each."""
        given = self.tool.get(field)
        if isinstance(given, dict):
            for name, item in given.items():
                item = item if isinstance(item, dict) and "type" in item else {"type": item}
                yield local_name(str(name)), (*self.path, field, name), item
        elif isinstance(given, list):
            for i, item in enumerate(given):
                if not isinstance(item, dict) or not isinstance(item.get("id"), str):
                    raise self.refuse((field, i), "needs an id")
                yield local_name(item["id"]), (*self.path, field, i), item
        else:
            raise self.refuse((field,), "must be a list or a mapping, of nothing perhaps")

    def input(self, path: Path, reference: Reference) -> tuple[str, Type]:
        """The input a reference names."""
        if reference.name not in self.kinds:
            raise self.source.refuse(path, f"there is no input {reference.name!r}")
        kind = self.kinds[reference.name]
        if reference.member and (kind.base != "path" or kind.array):
            raise self.source.refuse(path, f"{reference.name!r} is no File and has no {reference.member}")
        return reference.name, kind

    def is_always_given(self, name: str) -> bool:
        """Whether an input has a value in every call."""
        return not self.kinds[name].optional or self.inputs[name][1].get("default") is not None

    def _find(self) -> tuple[Path, dict[str, Any]]:
        data, source = self.source.data, self.source
        for where, key in _keys(data, ()):
            if key in ("$import", "$include", "$mixin"):
                raise source.refuse(where, "another file; put its contents here")
        version = str(data.get("cwlVersion"))
        if not _VERSION.fullmatch(version):
            raise source.refuse(("cwlVersion",), f"{version!r} is none of the versions read: v1.0, v1.1, v1.2")
        path: Path = ()
        tool = data
        if "$graph" in data:
            graph = data["$graph"] if isinstance(data["$graph"], list) else [data["$graph"]]
            if len(graph) != 1 or not isinstance(graph[0], dict):
                raise source.refuse(("$graph",), f"{len(graph)} processes; a descriptor is one tool")
            path, tool = ("$graph", 0) if isinstance(data["$graph"], list) else ("$graph",), graph[0]
        if tool.get("class") != "CommandLineTool":
            raise source.refuse((*path, "class"), f"{tool.get('class')!r} is no CommandLineTool: it runs no program")
        source.only(path, tool, _TOOL, extensions=True)
        return path, tool

    def _task(self) -> str:
        name = self.tool.get("id")
        name = local_name(name).removesuffix(".cwl") if isinstance(name, str) else ""
        return self.source.stem if name in ("", "main") else name

    def _text(self, field: str) -> str:
        return _joined(self.tool.get(field))

    def _command_line(self) -> list[Word]:
        """All words in CWL's order: by position, `arguments` first, then inputs by name."""
        entries: list[tuple[tuple[int, int, int, str], list[Word]]] = []
        arguments = self.tool.get("arguments") or []
        if not isinstance(arguments, list):
            raise self.refuse(("arguments",), "must be a list")
        for i, item in enumerate(arguments):
            position, words = self._argument((*self.path, "arguments", i), item)
            entries.append(((position, 0, i, ""), words))
        loose = []
        for name, (path, item) in self.inputs.items():
            kind = self.kinds[name]
            given = item.get("inputBinding")
            if given is None and kind.binding is None:
                continue
            where = (*path, "inputBinding") if given is not None else kind.path
            binding = None if given is None else read_binding(self.source, where, given)
            if binding is not None and binding.value is not None:
                self._check_self(where, name, binding.value)
            fields = bind(self.source, where, kind, binding)
            if binding is None and kind.array:
                loose.append((name, where))
            position = (binding or read_binding(self.source, where, kind.binding)).position
            if fields:
                self.bound[name].append(fields)
                entries.append(((position, 1, 0, name), [(self.names.of[name], True)]))
        if loose and len(entries) > 1:
            # The items are sorted by their index first, as if it were a position.
            raise self.source.refuse(loose[0][1], "items without a binding around them: CWL would sort each of them "
                                     "among the other words")  # fmt: skip
        entries.sort(key=lambda entry: entry[0])
        return [*self._base_command(), *(word for _, words in entries for word in words)]

    def _base_command(self) -> list[Word]:
        base = self.tool.get("baseCommand") or []
        words = base if isinstance(base, list) else [base]
        for i, word in enumerate(words):
            if not isinstance(word, str):
                raise self.refuse(("baseCommand", i), f"{word!r} is no text")
        return [(word, False) for word in words]

    def _argument(self, path: Path, item: Any) -> tuple[int, list[Word]]:
        binding = Binding(value=item) if isinstance(item, str) else read_binding(self.source, path, item)
        if binding.value is None:
            raise self.source.refuse(path, "an argument without a value")
        where = path if isinstance(item, str) else (*path, "valueFrom")
        pieces = read_pieces(self.source, where, binding.value)
        text = pieces[0]
        if len(pieces) > 1:
            return binding.position, self._mixed(where, binding, pieces)
        if isinstance(text, str):
            if not isinstance(item, str) and text != text.strip():
                raise self.source.refuse(where, "blanks around a value")
            words = [text] if binding.prefix is None else (
                [binding.prefix, text] if binding.separate else [binding.prefix + text]
            )  # fmt: skip
            return binding.position, [(word, False) for word in words]
        name, kind = self.input(where, text)
        if kind.base == "bool":
            raise self.source.refuse(where, f"the boolean {name!r} as a text")
        if text.member == "basename":
            raise self.source.refuse(where, f"the name of {name!r} without its folders")
        if kind.array and binding.prefix is not None and binding.separator is None:
            raise self.source.refuse(where, "a prefix that stands there for an empty list, too")
        self.bound[name].append(bind(self.source, where, kind._replace(binding=None), binding))
        return binding.position, [(self.names.of[name], True)]

    def _mixed(self, path: Path, binding: Binding, pieces: list[str | Reference]) -> list[Word]:
        """A word that values are parts of. One value that is nowhere else is a parameter's template."""
        template, names = "", []
        for piece in pieces:
            if isinstance(piece, str):
                template += literal_word(piece)
                continue
            name, kind = self.input(path, piece)
            if kind.base == "bool":
                raise self.source.refuse(path, f"the boolean {name!r} as a text")
            self._check_inside(path, name, piece)
            template += f"{{{self.names.of[name]}}}"
            names.append(name)
        if len(names) == 1 and self._times_used(names[0]) == 1:
            own = self.names.of[names[0]]
            self.bound[names[0]].append({"argv": words_of(binding, template.replace(f"{{{own}}}", "{}"))})
            return [(own, True)]
        self.within |= set(names)
        *prefix, word = words_of(binding, template)
        return [*((text, None) for text in prefix), (word, None)]

    def _times_used(self, name: str) -> int:
        """How often an input stands on the command line."""
        path, item = self.inputs[name]
        is_bound = item.get("inputBinding") is not None or self.kinds[name].binding is not None
        texts = [item if isinstance(item, str) else item.get("valueFrom") for item in self.tool["arguments"]]
        found = [piece for text in texts for piece in read_pieces(self.source, path, text or "")]
        return is_bound + sum(isinstance(piece, Reference) and piece.name == name for piece in found)

    def _check_inside(self, path: Path, name: str, text: Reference) -> None:
        """A value within a word: it must be text, and always there."""
        kind = self.kinds[name]
        if text.member == "basename":
            raise self.source.refuse(path, f"the name of {name!r} without its folders")
        if kind.array or kind.base == "float" or (kind.base == "path" and not text.member):
            raise self.source.refuse(path, f"{name!r} within a text is in JSON")
        if not self.is_always_given(name):
            raise self.source.refuse(path, f"without {name!r} it reads 'null' there")

    def _check_self(self, path: Path, name: str, value: str) -> None:
        """What stands for the value of an input must be the value."""
        where = (*path, "valueFrom")
        if value in ("$(self)", "$(self.path)"):
            text: str | Reference = Reference("", name, value[6:-1].lstrip("."), "")
        elif value.startswith("$(self"):
            raise self.source.refuse(where, f"{value!r} is something made of the value")
        else:
            text = read_text(self.source, where, value)
        if isinstance(text, str) or text.name != name or not text.alone or text.member == "basename":
            raise self.source.refuse(where, f"{value!r} stands there instead of the value")
        _, kind = self.input(where, text)
        if kind.array or kind.base == "bool":
            raise self.source.refuse(where, f"{value!r} of a list or a boolean")

    def _stdin(self) -> None:
        if self.tool.get("stdin") is not None:
            self._redirect_input((*self.path, "stdin"), self.tool["stdin"])
        for name, (path, item) in self.inputs.items():
            if item.get("type") == "stdin":
                self._redirect_input((*path, "type"), f'$(inputs["{name}"].path)')

    def _redirect_input(self, path: Path, given: Any) -> None:
        text = read_text(self.source, path, given)
        if isinstance(text, str) or not text.alone or text.member != "path":
            raise self.source.refuse(path, "standard input from what is no input File")
        name, _ = self.input(path, text)
        if any(fields.get("argv") == "stdin" for fields in self.elsewhere.values()):
            raise self.source.refuse(path, "standard input twice")
        self.elsewhere.setdefault(name, {})["argv"] = "stdin"

    def _parameter(self, name: str) -> dict[str, Any]:
        path, item = self.inputs[name]
        kind, used, elsewhere = self.kinds[name], self.bound[name], self.elsewhere.get(name, {})
        own = self.names.of[name]
        parameter: dict[str, Any] = {"type": kind.base}
        if kind.choices:
            parameter["choices"] = list(kind.choices)
        if kind.array:
            parameter["repeated"] = True
        if (alias := self.names.alias(name)) is not None:
            parameter["aliases"] = [alias]
        is_required = not kind.optional and item.get("default") is None
        if is_required:
            parameter["required"] = True
            if kind.array:
                parameter["min_items"] = 0
        elif item.get("default") is not None:
            parameter |= self._default(
                (*path, "default"), kind, item["default"], bool(used or elsewhere or name in self.within)
            )
        text = " ".join(filter(None, (one_line(_joined(item.get(key))) for key in ("label", "doc"))))
        if text:
            parameter["help"] = text
        if item.get("secondaryFiles"):
            self.result.remark(own, "Files that belong to it are expected beside it (secondaryFiles).")
        if len(used) > 1 and any(fields != used[0] for fields in used):
            raise self.source.refuse(path, "its value stands in the command line in several forms")
        if used and elsewhere.get("argv"):
            raise self.source.refuse(path, "both on the command line and standard input")
        if kind.base == "float" and used:
            parameter["decimal"] = True
        if used:
            parameter |= used[0]
            parameter["argv"] = argv_field(used[0]["argv"])
        elif not elsewhere:
            parameter["argv"] = "none"
            if name not in self.within:
                self.result.remark(own, "The program is not told this one.")
        return parameter | elsewhere

    def _default(self, path: Path, kind: Type, value: Any, is_sent: bool) -> dict[str, Any]:
        values = [self._default_item(path, kind, item) for item in (value if isinstance(value, list) else [value])]
        if isinstance(value, list) and not kind.array:
            raise self.source.refuse(path, "a list where one value is wanted")
        if value == []:
            return {"min_items": 0}
        if value is False:
            return {"default": False}
        found: dict[str, Any] = {"default": values if isinstance(value, list) else values[0]}
        return found | ({"send_default": True} if is_sent else {})

    def _default_item(self, path: Path, kind: Type, value: Any) -> Any:
        if kind.base != "path":
            if isinstance(value, (dict, list)) or value is None:
                raise self.source.refuse(path, f"{value!r} is no {kind.base}")
            if kind.base in ("string", "choice") and not isinstance(value, str):
                raise self.source.refuse(path, f"{value!r} is no text")
            raw = self.source.document.raw.get(path, "")
            # CWL writes 1.23e5 as 123000, not as 123000.0.
            return int(value) if isinstance(value, float) and "e" in raw.lower() and value.is_integer() else value
        place = value.get("path", value.get("location")) if isinstance(value, dict) else None
        if not isinstance(place, str) or "contents" in value or "listing" in value:
            raise self.source.refuse(path, "a default that is no file in a known place")
        if place.startswith("file://"):
            place = place[len("file://") :]
        if "://" in place or "%" in place or "#" in place:
            raise self.source.refuse(path, f"the default {place!r} is elsewhere")
        return os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(self.source.file)), place))

    def _executable(self, words: list[Word]) -> tuple[str, list[Word]]:
        if not words or words[0][1]:
            raise self.refuse(("baseCommand",), "which program runs is not fixed")
        name = words[0][0]
        where: Path = ("baseCommand",) if self.tool.get("baseCommand") else ("arguments", 0)
        if not name or any(blank in name for blank in " \t\n"):
            raise self.refuse(where, f"{name!r} is no program's name")
        if "/" in name and not name.startswith("/"):
            raise self.refuse(where, f"{name!r} is sought where CWL runs it; here a path is the descriptor's")
        return name, words[1:]

    def _exit_statuses(self) -> None:
        statuses: dict[int, Any] = {}
        for field, message in (("permanentFailCodes", ""), ("temporaryFailCodes", "it may work another time"),
                               ("successCodes", None)):  # fmt: skip
            for i, code in enumerate(self.tool.get(field) or []):
                if not isinstance(code, int) or not 0 <= code <= 255:
                    raise self.refuse((field, i), f"{code!r} is no exit status")
                error: Any = {"status": "error", "message": message} if message else "error"
                statuses[code] = "success" if message is None else error
        if statuses:
            self.result.data["exit_statuses"] = statuses


def _joined(text: Any) -> str:
    return "\n".join(map(str, text)) if isinstance(text, list) else str(text or "")


def _keys(data: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    """Every key of every mapping in a document."""
    if isinstance(data, dict):
        for key, item in data.items():
            yield (*path, key), key
            yield from _keys(item, (*path, key))
    elif isinstance(data, list):
        for i, item in enumerate(data):
            yield from _keys(item, (*path, i))
