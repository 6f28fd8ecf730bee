"""The dictionary side of an OPset: keys, values, units, and why a key is missing."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from typing import Any

from ..calls.values import suggest
from ..errors import MissingKeyError
from ..results import Item
from ..results.contents import declared_keys
from ..results.references import Reference
from ..running.record import Record, Status


class Entries(MutableMapping[str, Any]):
    """What has arrived: a mapping over the contents of a record. Nothing here blocks."""

    _record: Record

    def __getitem__(self, key: str) -> Any:
        with self._record.changed:
            try:
                value = self._record.contents.value(key)
            except KeyError:
                raise MissingKeyError(self._why_missing(key)) from None
        return value.resolve() if isinstance(value, Reference) else value

    def __setitem__(self, key: str, value: Any) -> None:
        with self._record.changed:
            self._record.contents.apply(Item({key: value}))

    def __delitem__(self, key: str) -> None:
        with self._record.changed:
            if key not in self._record.contents:
                raise MissingKeyError(self._why_missing(key))
            self._record.contents.remove(key)

    def __contains__(self, key: object) -> bool:
        with self._record.changed:
            return key in self._record.contents

    def __iter__(self) -> Iterator[str]:
        with self._record.changed:
            return iter(list(self._record.contents))

    def __len__(self) -> int:
        with self._record.changed:
            return len(self._record.contents)

    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other if isinstance(other, Entries) else super().__eq__(other)

    def unit(self, key: str) -> str | None:
        """The unit of a key's value.

        Parameters
        ----------
        key : str
            One that has arrived, or is declared.

        Returns
        -------
        str or None
            As the program or the descriptor says; None: it has none.

        Raises
        ------
        KeyError
            There is no such key.

        Examples
        --------
        >>> from voclient.vaopackage import vosesame
        >>> vosesame("m31").unit("ra")
        'deg'
        """
        with self._record.changed:
            if key not in self._record.contents and key not in declared_keys(self._record.descriptor):
                raise MissingKeyError(self._why_missing(key))
            return self._record.contents.unit(key)

    def quantity(self, key: str) -> Any:
        """The value of a key in its unit.

        Parameters
        ----------
        key : str
            One that has arrived.

        Returns
        -------
        astropy.units.Quantity
            A number or an array of them.

        Raises
        ------
        KeyError
            There is no such key, or not yet.
        TypeError
            Its value is no number.

        Examples
        --------
        >>> from voclient.vaopackage import vosesame
        >>> vosesame("m31").quantity("ra")
        <Quantity 10.684708 deg>
        """
        from astropy.units import Quantity

        value = self[key]
        try:
            return Quantity(value, self.unit(key))
        except (TypeError, ValueError) as error:
            raise TypeError(f"{self._record.descriptor.task}: {key!r} has no numeric value: {value!r}") from error

    def _why_missing(self, key: object) -> str:
        record = self._record
        task, names = record.descriptor.task, declared_keys(record.descriptor)
        if record.orphaned:
            return f"{key!r} had not arrived when this process was forked; {task} runs for its parent"
        if record.status is Status.SUCCESS:
            if key in names:
                return f"{task} ended without giving {key!r}"
            text = f"{task} never gives {key!r}; it gives {', '.join(names) or 'nothing by name'}"
        elif record.finished:
            return f"{key!r} is missing: {task}: {record.message}"
        else:
            going = "has not been started" if record.phase == "prepared" else "is still running"
            text = f"{key!r} has not arrived, {task} {going}"
            if not names or key in names:
                return text
            text += f" (it declares {', '.join(names)})"
        return text + suggest(str(key), names)
