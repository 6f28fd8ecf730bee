"""CWL's input types as ours."""

from __future__ import annotations

from typing import Any, NamedTuple

from voclient.tasking.descriptors.yamlfile import Path

from ..draft import Source

_BASES = {
    "boolean": "bool", "int": "int", "long": "int", "float": "float", "double": "float", "string": "string",
    "File": "path", "Directory": "path", "stdin": "path",
}  # fmt: skip


def local_name(identifier: str) -> str:
    """What is behind the last `#` and `/` of an identifier."""
    return identifier.rsplit("#", 1)[-1].rsplit("/", 1)[-1]


class Type(NamedTuple):
    """What an input takes."""

    base: str
    """One of our types."""
    kinds: tuple[str, ...] = ()
    """CWL's names of it."""
    optional: bool = False
    array: bool = False
    single: bool = False
    """Of an array: a value that is no list is welcome, too."""
    choices: tuple[str, ...] = ()
    binding: dict[str, Any] | None = None
    """The binding of each item of an array, or that of an enum."""
    path: Path = ()
    """Where `binding` is."""


class Types:
    """Resolve types, with the names a SchemaDefRequirement defines."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._named: dict[str, tuple[Path, Any]] = {}

    def define(self, path: Path, definitions: Any) -> None:
        """The types of a SchemaDefRequirement."""
        for i, item in enumerate(definitions if isinstance(definitions, list) else []):
            if isinstance(item, dict) and isinstance(item.get("name"), str):
                self._named[item["name"].rsplit("#", 1)[-1]] = ((*path, i), item)

    def resolve(self, path: Path, given: Any, depth: int = 0) -> Type:
        """The type a field says; refused when ours have no such."""
        refuse = self._source.refuse
        if depth > 10:
            raise refuse(path, "a type that is made of itself")
        if isinstance(given, list):
            return self._union(path, given, depth)
        if isinstance(given, str):
            return self._name(path, given, depth)
        if not isinstance(given, dict) or "type" not in given:
            raise refuse(path, f"{given!r} is no type")
        kind = given["type"]
        if kind == "array":
            return self._array(path, given, depth)
        if kind == "enum":
            self._source.only(path, given, ("type", "symbols", "name", "label", "doc", "inputBinding"), extensions=True)
            symbols = given.get("symbols")
            if not isinstance(symbols, list) or not symbols or not all(isinstance(item, str) for item in symbols):
                raise refuse((*path, "symbols"), "an enum needs a list of texts")
            if any("/" in item and "#" not in item for item in symbols):
                raise refuse((*path, "symbols"), "a / in a symbol, of which CWL takes what is behind it")
            names = tuple(map(local_name, symbols))
            return Type("choice", ("enum",), choices=names, binding=given.get("inputBinding"),
                        path=(*path, "inputBinding"))  # fmt: skip
        if kind == "record":
            raise refuse(path, "a record: its fields have no counterpart here")
        self._source.only(path, given, ("type", "name", "label", "doc"), extensions=True)
        return self.resolve((*path, "type"), kind, depth + 1)

    def _name(self, path: Path, name: str, depth: int) -> Type:
        if name.endswith("?"):
            return self.resolve(path, name[:-1], depth + 1)._replace(optional=True)
        if name.endswith("[]"):
            return self._array(path, {"type": "array", "items": name[:-2]}, depth)
        if name in _BASES:
            return Type(_BASES[name], (name,))
        if name == "null":
            raise self._source.refuse(path, "an input that is always null")
        if name == "Any":
            raise self._source.refuse(path, "Any: what reaches the command line depends on what is given")
        short = name.rsplit("#", 1)[-1]
        if short in self._named:
            return self.resolve(*self._named[short], depth + 1)
        raise self._source.refuse(path, f"no type {name!r} is defined in this file")

    def _array(self, path: Path, given: dict[str, Any], depth: int) -> Type:
        self._source.only(path, given, ("type", "items", "name", "label", "doc", "inputBinding"), extensions=True)
        item = self.resolve((*path, "items"), given.get("items"), depth + 1)
        if item.array or item.optional:
            raise self._source.refuse((*path, "items"), "a list of lists, or of values that may be null")
        if item.binding is not None:
            raise self._source.refuse(item.path, "a binding of the items' own type")
        return item._replace(array=True, binding=given.get("inputBinding"), path=(*path, "inputBinding"))

    def _union(self, path: Path, given: list[Any], depth: int) -> Type:
        optional = any(item == "null" for item in given)
        kinds = [
            self.resolve((*path, i) if len(given) > 1 else path, item, depth + 1)
            for i, item in enumerate(given)
            if item != "null"
        ]
        if not kinds:
            raise self._source.refuse(path, "an input that is always null")
        optional = optional or any(kind.optional for kind in kinds)
        first = kinds[0]
        if len(kinds) == 1:
            return first._replace(optional=optional)
        names = tuple(name for kind in kinds for name in kind.kinds)
        arrays = [kind for kind in kinds if kind.array]
        bases = {kind.base for kind in kinds}
        if bases == {"int", "float"}:
            bases = {"float"}
        if (
            len(bases) > 1
            or any(kind.binding is not None for kind in kinds)
            or len({kind.choices for kind in kinds}) > 1
        ):
            listed = " or ".join(dict.fromkeys(f"{'a list of ' * kind.array}{kind.base}" for kind in kinds))
            raise self._source.refuse(path, f"either {listed}: one parameter has one type here")
        return Type(bases.pop(), names, optional, bool(arrays), 0 < len(arrays) < len(kinds), first.choices)
