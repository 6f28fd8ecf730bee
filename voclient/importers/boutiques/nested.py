"""Commands within the command (of the dialect 0.5+styx): their inputs become inputs of the tool, word for word.

That is exact for one command that is there, or is not: its own required inputs are then all given, or none is, and the
fixed words go with them. Of several commands to choose from one is there. Lists of commands have no counterpart.
"""

from __future__ import annotations

import re
from typing import Any

from voclient.tasking.descriptors.yamlfile import Path

from ..draft import Source

Entry = tuple[Path, dict[str, Any]]
_COMMAND = {
    "id": "text", "name": "text", "description": "text", "command-line": "text", "inputs": "list",
    "output-files": "list",
}  # fmt: skip


_RULES = ("requires-inputs", "disables-inputs", "value-requires", "value-disables")


def _replace(text: str, keys: dict[str, str]) -> str:
    """Put other keys in the place of keys, all at once."""
    return re.sub("|".join(map(re.escape, keys)), lambda found: keys[found[0]], text) if keys else text


class Flattened:
    """The inputs and outputs of a tool, and its command line, without commands within it."""

    def __init__(self, source: Source) -> None:
        data = source.data
        self._source = source
        self._taken = {str(item.get("id")) for item in data.get("inputs") or [] if isinstance(item, dict)}
        self._keys = 0
        self.line = data["command-line"]
        self.inputs: list[Entry] = []
        self.outputs: list[Entry] = [
            (("output-files", i), item) for i, item in enumerate(data.get("output-files") or [])
        ]
        self.presence: dict[str, str | None] = {}
        """For each command the input that is given when it is there; None: no single one."""
        self.choices: list[tuple[list[str], bool]] = []
        """Inputs of which one is given, and whether one must be."""
        for i, item in enumerate(data.get("inputs") or []):
            path: Path = ("inputs", i)
            kind = item.get("type") if isinstance(item, dict) else None
            if isinstance(kind, dict):
                text, entries = self._flatten(path, (*path, "type"), item, str(item.get("id")))
            elif isinstance(kind, list) and all(isinstance(command, dict) for command in kind):
                text, entries = self._choose(path, item)
            else:
                self.inputs.append((path, item))
                continue
            self.line = self._put(path, self.line, item, text)
            self.inputs += entries

    def _choose(self, path: Path, item: dict[str, Any]) -> tuple[str, list[Entry]]:
        """Commands of which one is there: each may be absent, and they exclude each other."""
        texts: list[str] = []
        entries: list[Entry] = []
        names: list[str] = []
        for i, command in enumerate(item["type"]):
            name = self._name(f"{item.get('id')}_{command.get('id', i + 1)}")
            one = item | {"type": command, "optional": True}
            text, found = self._flatten(path, (*path, "type", i), one, name)
            texts.append(text)
            entries += found
            names.append(str(self.presence[name]))
        if len(names) < 2:
            raise self._source.refuse((*path, "type"), "a choice of fewer than two commands")
        self.choices.append((names, not item.get("optional")))
        self.presence[str(item.get("id"))] = None
        return " ".join(texts), entries

    def _put(self, path: Path, line: str, item: dict[str, Any], text: str) -> str:
        key = item.get("value-key")
        if not isinstance(line, str) or not isinstance(key, str) or line.split().count(key) != 1:
            raise self._source.refuse((*path, "value-key"), "a command within the command that is no word of it")
        return line.replace(key, text)

    def _flatten(self, path: Path, inside: Path, item: dict[str, Any], prefix: str) -> tuple[str, list[Entry]]:
        """The words of a command, and its inputs."""
        refuse, command = self._source.refuse, item["type"]
        self._source.shaped(inside, command, _COMMAND)
        if item.get("list"):
            raise refuse((*path, "list"), "a list of commands within the command")
        text = command.get("command-line")
        if not isinstance(text, str) or set("'\"\\") & set(text):
            raise refuse((*inside, "command-line"), "a command within the command with quotes, or without words")
        entries: list[Entry] = []
        keys: dict[str, str] = {}
        for i, inner in enumerate(command.get("inputs") or []):
            where = (*inside, "inputs", i)
            if not isinstance(inner, dict) or not isinstance(inner.get("id"), str):
                raise refuse(where, "needs an id of its own")
            name = self._name(f"{prefix}_{inner['id']}")
            if isinstance(inner.get("type"), dict):
                words, nested = self._flatten(where, (*where, "type"), inner, name)
                text = self._put(where, text, inner, words)
                entries += nested
                continue
            if rule := next((field for field in _RULES if inner.get(field)), None):
                raise refuse((*where, rule), "a rule among the inputs of a command within the command")
            copy = inner | {"id": name}
            if inner.get("value-key"):
                keys[str(inner["value-key"])] = copy["value-key"] = self._key()
            entries.append((where, copy))
        text = _replace(text, keys)
        if flag := item.get("command-line-flag"):
            if item.get("command-line-flag-separator") not in (None, " "):
                raise refuse((*path, "command-line-flag-separator"), "one word of a flag and a command")
            text = f"{flag} {text}"
        self.presence[prefix] = None
        if item.get("optional"):
            text = self._make_optional(path, item, prefix, text, entries)
        self._take_outputs(inside, command, keys, prefix)
        return text, entries

    def _make_optional(self, path: Path, item: dict[str, Any], prefix: str, text: str, entries: list[Entry]) -> str:
        """The required inputs of a command stand for its presence; without any, a flag does."""
        refuse = self._source.refuse
        if any(entry.get("default-value") not in (None, False) for _, entry in entries):
            raise refuse(path, "a default within a command that may be absent")
        needed = [entry for _, entry in entries if not entry.get("optional") and entry.get("type") != "Flag"]
        if any(not entry.get("value-key") for entry in needed):
            raise refuse(path, "an input that is not on the command line of its command")
        words: list[str] = []
        fixed: list[str] = []
        by_key = {entry["value-key"]: entry for _, entry in entries if entry.get("value-key")}
        presence = needed[0]["id"] if needed else prefix
        if any(text.count(key) > 1 for key in by_key):
            raise refuse(path, "a value that is there twice, in a command that may be absent")
        for word in [*text.split(), ""]:
            entry = by_key.get(word)
            if entry is None and word:
                if any(key in word for key in by_key):
                    raise refuse(path, "values within a word of a command that may be absent")
                fixed.append(word)
                continue
            if fixed and entry in needed:
                flag = entry.get("command-line-flag")
                entry["command-line-flag"] = " ".join([*fixed, *([flag] if flag else [])])
                if not flag:
                    entry["command-line-flag-separator"] = " "
            elif fixed and needed:
                raise refuse(path, "fixed words of a command that may be absent, without a value that is always behind")
            elif fixed:
                if presence in (entry["id"] for _, entry in entries):
                    raise refuse(path, "a command that may be absent with fixed words in several places")
                help = item.get("description") or item.get("name") or prefix
                words.append(self._key())
                flags = {"type": "Flag", "value-key": words[-1], "command-line-flag": " ".join(fixed), "optional": True}
                entries.insert(0, (path, {"id": presence, "name": prefix, "description": help, **flags}))
            fixed = []
            words.append(word)
        self.presence[prefix] = presence
        members = [entry["id"] for entry in needed] or [presence]
        if presence not in (entry["id"] for _, entry in entries):
            raise refuse(path, "a command that may be absent, of nothing that says so")
        for _, entry in entries:
            others = [name for name in members if name != entry["id"]]
            entry |= {"optional": True, "requires-inputs": [*(entry.get("requires-inputs") or []), *others]}
        return " ".join(words)

    def _take_outputs(self, inside: Path, command: dict[str, Any], keys: dict[str, str], prefix: str) -> None:
        known = {str(item.get("id")) for _, item in self.outputs if isinstance(item, dict)}
        for i, item in enumerate(command.get("output-files") or []):
            if isinstance(item, dict) and all(isinstance(item.get(name), str) for name in ("id", "path-template")):
                template = _replace(item["path-template"], keys)
                name = item["id"]
                name = f"{prefix}_{name}" if name in known else name
                known.add(name)
                item = item | {"path-template": template, "id": name, "optional": True}
            self.outputs.append(((*inside, "output-files", i), item))

    def _key(self) -> str:
        """A value key that is no other's."""
        self._keys += 1
        return f"[\u00b7{self._keys}]"

    def _name(self, wanted: str) -> str:
        """A name of its own for an input."""
        name, number = wanted, 2
        while name in self._taken:
            name, number = f"{wanted}_{number}", number + 1
        self._taken.add(name)
        return name
