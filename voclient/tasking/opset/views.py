"""An OPset in other forms: plain data, JSON, a table, a page in a notebook."""

from __future__ import annotations

from typing import Any

from ..errors import MissingKeyError
from ..results.contents import declared_keys
from .entries import Entries
from .facts import Facts


class Views(Entries, Facts):
    """What others are to be given of it."""

    def to_dict(self, *, facts: bool = False) -> dict[str, Any]:
        """The values as JSON has them: of dicts, lists, texts, numbers, booleans and None.

        NaN, infinities and masked cells are None, an array is a list, a table an object of its columns, a path or a
        FITS file its name, a Quantity `{"value": …, "unit": …}`. (`dict(result)` has the values as they are.)

        Parameters
        ----------
        facts : bool, default: False
            Give the facts of the run, with the values under `values` and the units under `units`.

        Returns
        -------
        dict
            All that has arrived.

        Examples
        --------
        >>> from voclient.vaopackage import vosesame
        >>> result = vosesame("m31")
        >>> result.to_dict()["ra"]
        10.684708
        >>> told = result.to_dict(facts=True)
        >>> told["exitstatus"], told["values"]["ra"], told["units"]["ra"]
        ('SUCCESS', 10.684708, 'deg')
        """
        from .plain import plain

        values = {key: plain(self[key]) for key in self}
        if not facts:
            return values
        return {
            "task": self._record.descriptor.task,
            "package": self._record.descriptor.package,
            "exitstatus": self.exitstatus.name,
            "exitmsg": self.exitmsg,
            "returncode": self.returncode,
            "argv": self.argv,
            "started": None if self.started is None else self.started.isoformat(),
            "elapsed": self.elapsed,
            "values": values,
            "units": {key: unit for key in values if (unit := self.unit(key))},
        }

    def to_json(self, *, facts: bool = False, indent: int | None = None) -> str:
        """What `to_dict` gives, as JSON that every reader takes.

        Parameters
        ----------
        facts : bool, default: False
            Also the facts of the run.
        indent : int, optional
            Lay it out with so many blanks a level.

        Returns
        -------
        str
            A JSON object.

        Examples
        --------
        >>> from voclient.vaopackage import votpos
        >>> votpos("stars.xml").to_json()
        '{"ra": [...], "dec": [...]}'
        """
        from .plain import to_json

        return to_json(self.to_dict(facts=facts), indent)

    def to_table(self, *keys: str) -> Any:
        """The keys that have a value for each row, as columns of a table, with their units.

        Parameters
        ----------
        *keys : str
            Which of them, in this order; all by default.

        Returns
        -------
        astropy.table.Table
            One row for each row so far.

        Raises
        ------
        KeyError
            There is no such key, or not yet.
        ValueError
            A key has one value for all rows; or none has rows.

        Examples
        --------
        >>> from voclient.vaopackage import vosesame
        >>> table = vosesame(["m31", "m51"]).to_table("name", "ra")
        >>> table["ra"].unit, len(table)
        (Unit("deg"), 2)
        """
        for key in keys:
            if key not in self:
                raise MissingKeyError(self._why_missing(key))
        with self._record.changed:
            reference = self._record.contents.as_table(keys)
        if reference is None:
            task = self._record.descriptor.task
            single = next((key for key in keys if not self._record.contents.has_rows(key)), None)
            raise ValueError(f"{task}: " + (f"{single!r} has no rows, but one value" if single else "no key has rows"))
        return reference.resolve()

    def _repr_html_(self) -> str:
        """For notebooks."""
        from .html import page

        return page(self)

    def _ipython_key_completions_(self) -> list[str]:
        """After `result["` and a tabulator: what has arrived, then what is declared."""
        return list(dict.fromkeys([*self, *declared_keys(self._record.descriptor)]))
