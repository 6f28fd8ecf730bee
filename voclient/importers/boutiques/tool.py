"""A Boutiques descriptor as a whole."""

from __future__ import annotations

import os
import re
from typing import Any

from voclient.tasking.descriptors.yamlfile import Document, Path

from ..draft import Draft, Names, Source, Word, first_sentence, one_line, paragraphs
from .command_line import mark, number, split
from .inputs import INPUT, read_input, words_of
from .nested import Entry, Flattened
from .outputs import OUTPUT, read_outputs, words_of_output
from .value_rules import read_value_rules

_TOOL = {
    "name": "text", "tool-version": "text", "description": "text", "deprecated-by-doi": "any", "author": "text",
    "url": "text", "descriptor-url": "text", "doi": "text", "shell": "text", "tool-doi": "text", "command-line": "text",
    "container-image": "mapping", "schema-version": "any", "environment-variables": "list", "groups": "list",
    "inputs": "list", "tests": "any", "online-platform-urls": "any", "output-files": "list", "invocation-schema": "any",
    "suggested-resources": "any", "tags": "any", "error-codes": "list", "custom": "any",
    # Of the dialect 0.5+styx.
    "stdout-output": "mapping", "stderr-output": "mapping",
}  # fmt: skip
_GROUP = {
    "id": "text", "name": "text", "description": "text", "members": "texts", "mutually-exclusive": "flag",
    "one-is-required": "flag", "all-or-none": "flag",
}  # fmt: skip
_VARIABLE = {"name": "text", "value": "text", "description": "text"}
_STATUS = {"code": "number", "description": "text"}


def translate(document: Document) -> Draft:
    """Translate a Boutiques descriptor.

    Parameters
    ----------
    document : Document
        JSON or YAML.

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
    """One Boutiques descriptor under translation."""

    def __init__(self, source: Source) -> None:
        self.source, self.data = source, source.data
        version = str(self.data.get("schema-version"))
        if not re.fullmatch(r"0\.5(\.\d+)?(\+styx)?", version):
            raise source.refuse(("schema-version",), f"{version!r} is not read, only 0.5")
        source.shaped((), self.data, _TOOL)
        self.flat = Flattened(source)
        self.inputs = self._entries(self.flat.inputs, INPUT)
        self.outputs = self._entries(self.flat.outputs, OUTPUT)
        """Inputs and output files by id: path, and what is said of each."""
        for name, (path, item) in self.outputs.items():
            if self.flat.presence:  # of the dialect, where inputs and outputs do not meet
                continue
            key = self.inputs[name][1].get("value-key") if name in self.inputs else None
            if key is not None and (item.get("path-template") != key or item.get("path-template-stripped-extensions")):
                raise source.refuse((*path, "id"), f"{name!r} is an input, too, which this file's name would replace")
        self.names = Names(self.inputs)
        name = str(self.data.get("name") or source.stem)
        description = paragraphs(self.data.get("description") or "")
        self.result = Draft(name, first_sentence(description) or one_line(name))
        if one_line(description) != self.result.data["summary"]:
            self.result.data["description"] = description
        self.parameters: dict[str, dict[str, Any]] = {}

    def draft(self) -> Draft:
        """The descriptor."""
        for name, (path, item) in self.inputs.items():
            self.parameters[name] = read_input(self, path, item)
        words = self._command_line()
        for name, parameter in self.parameters.items():
            if (alias := self.names.alias(name)) is not None:
                parameter["aliases"] = [alias]
            if "argv" not in parameter:
                parameter.pop("send_default", None)
                parameter["argv"] = "none"
                self.result.remark(self.names.of[name], "The program is not told this one.")
            self.result.parameters[self.names.of[name]] = parameter
        self._environment()
        self._groups()
        read_value_rules(self)
        self._executable(words)
        read_outputs(self)
        self.result.parameters = {name: self._ordered(item) for name, item in self.result.parameters.items()}
        self._exit_statuses()
        self._comments()
        return self.result

    def is_always_given(self, name: str) -> bool:
        """Whether an input has a value in every call."""
        parameter = self.parameters[name]
        return bool(parameter.get("required") or parameter.get("default"))

    def _entries(self, entries: list[Entry], known: dict[str, str]) -> dict[str, Entry]:
        found: dict[str, Entry] = {}
        for path, item in entries:
            self.source.shaped(path, item, known)
            if not item.get("id") or item["id"] in found:
                raise self.source.refuse(path, "needs an id of its own")
            found[item["id"]] = (path, item)
        return found

    def _ordered(self, parameter: dict[str, Any]) -> dict[str, Any]:
        order = (
            "type",
            "choices",
            "repeated",
            "separator",
            "required",
            "default",
            "send_default",
            "when",
            "aliases",
            "help",
        )
        first = {name: parameter[name] for name in order if name in parameter}
        return first | {name: value for name, value in parameter.items() if name not in first and name != "argv"} | {
            "argv": parameter["argv"]
        }  # fmt: skip

    def _command_line(self) -> list[Word]:
        """The words in their order; inputs get their templates."""
        path, line = ("command-line",), self.flat.line
        if not isinstance(line, str):
            raise self.source.refuse(path, "must be a text")
        entries = [*self.inputs.items(), *self.outputs.items()]
        keys = [(name, item[1]["value-key"]) for name, item in entries if item[1].get("value-key")]
        taken = {item[1].get("value-key") for item in self.inputs.values()}
        # An input of the same key as an output puts its own value there first.
        keys = [(name, key) for name, key in keys if name in self.inputs or key not in taken]
        for i, (name, key) in enumerate(keys):
            for other, inner in keys[:i] + keys[i + 1 :]:
                if inner in key and other != name:
                    raise self.source.refuse(path, f"the keys {key!r} and {inner!r}, one within the other")
        line = line.strip(" \t\n")
        try:
            words = split(mark(line, [key for _, key in keys]))
        except ValueError as error:
            raise self.source.refuse(path, str(error)) from None
        result: list[Word] = []
        for word in words:
            found = [i for i, character in enumerate(word) if number(character) >= 0]
            if not found:
                result.append((word, False))
            elif len(found) > 1:
                raise self.source.refuse(path, "two keys in one word")
            else:
                name = keys[number(word[found[0]])][0]
                result += self._place(path, name, word[: found[0]], word[found[0] + 1 :])
        return result

    def _place(self, path: Path, name: str, before: str, after: str) -> list[Word]:
        if name not in self.inputs:
            if before or after:
                raise self.source.refuse(path, f"the output {name!r} within a word")
            return [(word, None) for word in words_of_output(self, name)]
        where, item = self.inputs[name]
        if (before or after) and not self.is_always_given(name):
            raise self.source.refuse(path, f"what stands around {item['value-key']!r} stays there without it")
        # What is around the key was read by the shell's rules already.
        fields = words_of(self, where, item, _protect(before), _protect(after))
        parameter = self.parameters[name]
        if parameter.get("argv", fields["argv"]) != fields["argv"]:
            raise self.source.refuse(path, f"{item['value-key']!r} stands there in several forms")
        parameter |= fields
        return [(self.names.of[name], True)]

    def _environment(self) -> None:
        for i, item in enumerate(self.data.get("environment-variables") or []):
            path = ("environment-variables", i)
            self.source.shaped(path, item, _VARIABLE)
            value = str(item.get("value", ""))
            if any(entry.get("value-key") and entry["value-key"] in value for _, entry in self.inputs.values()):
                raise self.source.refuse((*path, "value"), "an input's value in a variable")
            if set("$`'\\") & set(value):
                raise self.source.refuse((*path, "value"), f"{value!r} is read by a shell")
            self.result.data.setdefault("environment", {})[str(item.get("name"))] = value

    def _groups(self) -> None:
        """Mutually exclusive ones, those of which one must be there, and needs of all kinds."""
        exclusive: list[list[str]] = []
        needs: dict[str, list[str]] = {}
        for i, group in enumerate(self.data.get("groups") or []):
            path = ("groups", i)
            self.source.shaped(path, group, _GROUP)
            members = [self._own((*path, "members", j), name) for j, name in enumerate(group.get("members") or [])]
            if group.get("mutually-exclusive") and len(members) > 1:
                exclusive.append(members)
            if group.get("one-is-required"):
                if len(members) == 1:
                    raise self.source.refuse(path, "one of a group of one")
                if any(self.result.parameters[name].get("send_default") for name in members):
                    continue
                self.result.data.setdefault("at_least_one", []).append(members)
            if group.get("all-or-none"):
                for name in members:
                    needs.setdefault(name, []).extend(other for other in members if other != name)
        for names, is_required in self.flat.choices:
            choice = [self.names.of[name] for name in names]
            if is_required:
                self.result.data.setdefault("exactly_one", []).append(choice)
            else:
                exclusive.append(choice)
        groups = {group.get("id") for group in self.data.get("groups") or []}
        for name, (path, item) in self.inputs.items():
            own = self.names.of[name]
            for other in item.get("requires-inputs") or []:
                if other in groups and other not in self.inputs:
                    raise self.source.refuse((*path, "requires-inputs"), f"one of the group {other!r}")
                needs.setdefault(own, []).append(self._own((*path, "requires-inputs"), other))
            exclusive += [[own, self._own((*path, "disables-inputs"), other)]
                          for other in item.get("disables-inputs") or []]  # fmt: skip
        for name, others in needs.items():
            parameter = self.result.parameters[name]
            parameter["needs"] = list(dict.fromkeys(others))
        seen = []
        for group in exclusive:
            if sorted(group) not in seen:
                seen.append(sorted(group))
                self.result.data.setdefault("exclusive", []).append(group)
        involved = {name for group in exclusive for name in group} | set(needs)
        for name in involved:
            if self.result.parameters[name].get("send_default"):
                raise self.source.refuse(("groups",), f"{name!r} has a default, so it is always given, and has "
                                         "conditions")  # fmt: skip

    def _own(self, path: Path, name: Any) -> str:
        own = self.flat.presence.get(name, name)
        if own not in self.inputs:
            raise self.source.refuse(path, f"there is no input {name!r}")
        return self.names.of[own]

    def _executable(self, words: list[Word]) -> None:
        path = ("command-line",)
        if not words or words[0][1] is not False:
            raise self.source.refuse(path, "which program runs is not fixed")
        name = words[0][0]
        if not name or any(blank in name for blank in " \t"):
            raise self.source.refuse(path, f"{name!r} is no program's name")
        if name in _BUILTINS:
            raise self.source.refuse(path, f"{name!r} is the shell's: no shell runs here")
        if "/" in name and not name.startswith("/"):
            raise self.source.refuse(path, f"{name!r} is sought where it runs; here a path is the descriptor's")
        image = self.data.get("container-image") or {}
        if image.get("entrypoint"):
            raise self.source.refuse(("container-image", "entrypoint"), "the program is the container's")
        if image.get("working-directory"):
            raise self.source.refuse(("container-image", "working-directory"), "a folder within the container")
        self.result.data["executable"] = name
        self.result.lay_out(words[1:])

    def _exit_statuses(self) -> None:
        statuses: dict[int, Any] = {}
        for i, item in enumerate(self.data.get("error-codes") or []):
            self.source.shaped(("error-codes", i), item, _STATUS)
            code = item.get("code")
            if not isinstance(code, int) or not 0 <= code <= 255:
                raise self.source.refuse(("error-codes", i), f"{code!r} is no exit status")
            if code:
                text = one_line(item.get("description") or "")
                statuses[code] = {"status": "error", "message": text} if text else "error"
        if statuses:
            self.result.data["exit_statuses"] = statuses

    def _comments(self) -> None:
        add = self.result.comments.append
        add(f"Imported from {os.path.basename(self.source.file)} (Boutiques).")
        version = self.data.get("tool-version")
        about = [f"version {version}" if version else "", self.data.get("author") or "", self.data.get("url") or ""]
        if any(about):
            add("Of " + ", ".join(one_line(item) for item in about if item) + ".")
        image = self.data.get("container-image") or {}
        if image:
            self.result.note_container(image.get("image") or image.get("url"))


_BUILTINS = frozenset((
    ".", ":", "alias", "bg", "break", "case", "cd", "command", "continue", "eval", "exec", "exit", "export", "fg",
    "for", "getopts", "hash", "if", "jobs", "let", "local", "read", "readonly", "return", "set", "shift", "source",
    "times", "trap", "type", "ulimit", "umask", "unalias", "unset", "until", "wait", "while", "!", "{", "[[",
    "function",
))  # fmt: skip
"""Words of the shell that no program bears."""


def _protect(text: str) -> str:
    """Text in quotes for `split`, as it was read by the shell's rules once."""
    return "".join(
        character if character.isalnum() or character in "_-./=:,@%+^" else f"\\{character}" for character in text
    )
