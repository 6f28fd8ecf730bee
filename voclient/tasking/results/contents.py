"""What an OPset holds: single values and rows, and the rule of one or many (the one place of it)."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ..descriptors.descriptor import Key
from ..errors import ResultError
from ..running.capture import CapturedOutput
from .bulk import BLOCK, BulkColumn
from .convert import is_float, missing
from .references import Reference
from .rows import plain_keys

if TYPE_CHECKING:
    from ..descriptors.descriptor import Descriptor, Invocation
    from . import Item

    Column = list[Any] | array[float] | BulkColumn


def declared_keys(descriptor: Descriptor) -> dict[str, Key]:
    """All keys a descriptor declares, by name; the channel's own declaration wins."""
    results = descriptor.results
    sections = (*results.files, results.stderr, *results.alternatives, results.stdout)
    keys = [key for section in sections if section for key in section.keys]
    return {key.name: key for key in (*keys, *results.channel)}


def row_tables(descriptor: Descriptor) -> frozenset[str]:
    """Keys of type `table` that stand beside row keys: they are made of the rows."""
    results = descriptor.results
    sections = [section for section in (results.stdout, *results.alternatives) if section and plain_keys(section)]
    return frozenset(key.name for section in sections for key in section.keys if key.type == "table")


class Contents:
    """The entries of one run's OPset. It has no lock: its owner, the OPset, has one.

    Row keys are plain values while the call gave one plain value to a repeated parameter and at most one row
    came; else lists, or numpy arrays where the descriptor says `array: true`.
    """

    def __init__(self, descriptor: Descriptor, invocation: Invocation) -> None:
        self._keys = declared_keys(descriptor)
        self._told: dict[str, Key] = {}
        """Keys that the tool declared."""
        self._many = invocation.many
        self._single: dict[str, Any] = {}
        self._rows: dict[str, Column] = {}
        self._store: CapturedOutput | None = None
        """Where rows are when there are many."""
        self._count = 0
        self._units: dict[str, str] = {}
        self._tables = row_tables(descriptor)
        self._table: tuple[int, RowsReference] | None = None

    def apply(self, item: Item) -> None:
        """Take in what an item says."""
        if item.keys:
            self._keys.update(item.keys)
            self._told.update(item.keys)
        if item.units:
            self._units.update(item.units)
        if item.rows:
            self._append(item.values)
        else:
            self._single.update(item.values)

    def value(self, name: str) -> Any:
        """A value as it stands now: lists and arrays are copies, references are not resolved. Raises KeyError."""
        if name in self._single:
            return self._single[name]
        if name in self._tables and self._rows:
            return self._rows_table()
        rows = self._rows[name]
        if not self._many and len(rows) == 1:
            return rows[:1][0]
        if self._key(name).array:
            return _as_numpy(rows if isinstance(rows, array) else rows[:])
        return list(rows[:])

    @property
    def single(self) -> dict[str, Any]:
        """The keys with one value, as they stand; references are not resolved."""
        return {name: self._single[name] for name in self if name in self._single}

    @property
    def row_names(self) -> list[str]:
        """The keys that have a value for each row."""
        return [name for name in self if self.has_rows(name)]

    def has_rows(self, name: str) -> bool:
        return name in self._rows and name not in self._single

    @property
    def row_count(self) -> int:
        return self._count

    def rows(self, name: str, start: int = 0, stop: int | None = None) -> list[Any]:
        """Values of a row key as a list, also of one row only; all, or those of some rows. Raises KeyError."""
        return list(self._rows[name][start:stop])

    def remove(self, name: str) -> None:
        """Forget a key, until the tool gives it again."""
        self._single.pop(name, None)
        self._rows.pop(name, None)

    def close(self) -> None:
        """Give back what references hold open."""
        for value in self._single.values():
            if isinstance(value, Reference):
                value.close()

    def unit(self, name: str) -> str | None:
        """The unit of a key: what the tool said, else what the descriptor declares."""
        return self._units.get(name) or self._key(name).unit

    def help(self, name: str) -> str:
        """What is said of a key."""
        return self._key(name).help

    def state(self) -> dict[str, Any]:
        """All of it, as `restore` takes it; references stay what they are, a table of the rows is left out."""
        return {
            "many": self._many,
            "values": self.single,
            "rows": {name: self.rows(name) for name in self if name in self._rows},
            "count": self._count,
            "units": dict(self._units),
            "keys": {name: [key.type, key.unit, key.help, key.array] for name, key in self._told.items()},
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Hold what `state` told, and nothing else."""
        self._told = {name: Key(name, *fields) for name, fields in state["keys"].items()}
        self._keys.update(self._told)
        self._single = dict(state["values"])
        self._rows = {name: self._column(name, held) for name, held in state["rows"].items()}
        self._count = state["count"]
        self._units = dict(state["units"])
        if self._count >= BLOCK:
            self._spill()

    def __contains__(self, name: object) -> bool:
        return name in self._single or name in self._rows or (name in self._tables and bool(self._rows))

    def __iter__(self) -> Iterator[str]:
        described = (name for name in self._keys if name not in self._told)
        names = dict.fromkeys((*described, *self._rows, *self._single))
        return iter([name for name in names if name in self])

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _key(self, name: str) -> Key:
        return self._keys.get(name) or Key(name, "any")

    def _append(self, values: dict[str, list[Any]]) -> None:
        """Add rows; a key that they lack, or that is new, has no value in the others, so that all stay aligned."""
        added = max(map(len, values.values()), default=0)
        if added == 0 and not self._many:
            return
        for name in values:
            if name in self._rows:
                continue
            self._rows[name] = self._column(name, [missing(self._key(name))] * self._count)
        for name, held in self._rows.items():
            held.extend(values[name] if name in values else [missing(self._key(name))] * added)
        self._count += added
        if self._count >= BLOCK:
            self._spill()

    def _column(self, name: str, values: list[Any]) -> Column:
        key = self._key(name)
        return array("d", values) if key.array and is_float(key) else list(values)

    def _spill(self) -> None:
        """Have the lists of many rows in a file. (Arrays are small, and wanted whole.)"""
        for name, held in self._rows.items():
            if isinstance(held, list):
                self._store = CapturedOutput() if self._store is None else self._store
                self._rows[name] = BulkColumn(self._store, held)

    def as_table(self, names: Sequence[str] = ()) -> RowsReference | None:
        """Row keys, all by default, as a Table; None when there are none, or one of these is not of rows."""
        if not self._rows or not all(name in self._rows for name in names):
            return None
        keys = [self._key(name) for name in names or self if name in self._rows]
        return RowsReference(keys, [self._rows[key.name][:] for key in keys], [self.unit(key.name) for key in keys])

    def _rows_table(self) -> RowsReference:
        """All rows so far as one Table, made when it is asked for and kept until another row comes."""
        if self._table is None or self._table[0] != self._count:
            reference = self.as_table()
            assert reference is not None
            self._table = self._count, reference
        return self._table[1]


class RowsReference(Reference):
    """Row keys as one astropy Table."""

    def __init__(self, keys: list[Key], values: list[Any], units: list[str | None]) -> None:
        super().__init__()
        self._columns = (keys, values, units)

    def _read(self) -> Any:
        from .tables import table_of_rows

        return table_of_rows(*self._columns)


class ArrayReference(Reference):
    """A single value that is an array, made when it is asked for; `line` is where the OPset channel gave it."""

    def __init__(self, key: str, values: list[Any], line: int) -> None:
        super().__init__()
        self.key, self.values, self.line = key, values, line

    def _read(self) -> Any:
        try:
            return _as_numpy(self.values)
        except ValueError:
            text = f"line {self.line} of the OPset channel: {self.key} should be an array, its rows differ in length"
            raise ResultError(text, key=self.key, line=self.line) from None


def _as_numpy(values: list[Any] | array[float]) -> Any:
    import numpy

    if isinstance(values, array):
        return numpy.array(values)
    if any(value is None for value in values):
        numbers = all(value is None or isinstance(value, (int, float)) for value in values)
        return numpy.array(values, dtype=float if numbers else object)
    return numpy.array(values)
