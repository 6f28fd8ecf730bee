"""Columns that astropy has and a VOTable has not (SkyCoord, Time, …) as columns of numbers and texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy

if TYPE_CHECKING:
    from collections.abc import Iterable

_SKY_UCDS = {
    "ra": "pos.eq.ra", "dec": "pos.eq.dec", "pm_ra_cosdec": "pos.pm;pos.eq.ra", "pm_dec": "pos.pm;pos.eq.dec",
    "distance": "pos.distance", "radial_velocity": "spect.dopplerVeloc",
}  # fmt: skip
"""Of the components of coordinates like ICRS: programs compare these as they are."""
_FRAMES = {
    "icrs": ("ICRS", _SKY_UCDS),
    "fk5": ("eq_FK5", _SKY_UCDS),
    "fk4": ("eq_FK4", {}),
    "galactic": ("galactic", {"l": "pos.galactic.lon", "b": "pos.galactic.lat"}),
    "supergalactic": ("supergalactic", {"sgl": "pos.supergalactic.lon", "sgb": "pos.supergalactic.lat"}),
}
"""What VOTable 1.4, section 3.3, calls astropy's frames, and the UCDs of their components."""
_ORIGINS = {"jd": "JD-origin", "mjd": "MJD-origin", "jyear": None}
"""Of times as numbers (VOTable 1.4, section 3.5), by astropy's names of formats."""
_MAIN = ";meta.main"


class System(NamedTuple):
    """A coordinate or time system, and the columns that are in it."""

    element: str
    """COOSYS or TIMESYS."""
    attributes: dict[str, str]
    columns: list[str]


def has_mixins(table: Any) -> bool:
    """Whether there are columns that a VOTable has not."""
    return any(map(_is_mixin, table.itercols()))


def plain_columns(table: Any) -> tuple[Any, list[System]]:
    """What stands for a table in a VOTable.

    The components of coordinates become columns as astropy names them (`place.ra`), angles on the sky in degrees. Times
    become what they look like: ISO 8601, or numbers (MJD, except JD and Julian years), time differences days.

    Parameters
    ----------
    table : astropy.table.Table
        The table. It stays as it is.

    Returns
    -------
    table : astropy.table.Table
        One with numbers and texts only, and with the data of the given one.
    systems : list of System
        What coordinates and times are measured in.

    Raises
    ------
    ValueError
        For a column of another class.
    """
    from astropy.table import QTable, Table

    kind = QTable if isinstance(table, QTable) else Table  # a TimeSeries insists on its columns
    plain = kind(table[:], copy=False)
    systems: list[System] = []
    for column in filter(_is_mixin, list(plain.itercols())):
        name = column.info.name
        place = plain.index_column(name)
        plain.remove_column(name)
        columns = _columns_of(column, systems, has_main=_has_main(plain.itercols()))
        for made in columns:
            if made.info.name in plain.colnames:
                raise ValueError(f"column {made.info.name!r} has the name of what {name!r} is made into")
            made.info.description = made.info.description or column.info.description
        plain.add_columns(columns, indexes=[place] * len(columns))
    return plain, systems


def add_systems(votable: Any, systems: Iterable[System]) -> None:
    """Put systems into a document of astropy's with one table; its fields refer to them."""
    from astropy.io.votable.tree import CooSys, TimeSys

    resource = votable.resources[0]
    table = resource.tables[0]
    config = {f"version_1_{number}_or_later": True for number in (2, 3, 4)}
    known = {table.ID, *(field.ID for field in table.fields)}
    for number, system in enumerate(systems, start=1):
        identifier = f"system{number}"
        while identifier in known:
            identifier += "_"
        if system.element == "COOSYS":
            resource.coordinate_systems.append(CooSys(ID=identifier, config=config, **system.attributes))
        else:
            resource.time_systems.append(TimeSys(ID=identifier, config=config, **system.attributes))
        for field in table.fields:
            if field.name in system.columns:
                field.ref = identifier


def _is_mixin(column: Any) -> bool:
    from astropy.table.column import BaseColumn
    from astropy.units import Quantity

    return not isinstance(column, (BaseColumn, Quantity)) or column.dtype.kind == "V"


def _has_main(columns: Iterable[Any]) -> bool:
    ucds = [str((column.info.meta or {}).get("ucd")).lower() for column in columns]
    return any(ucd in ("pos.eq.ra" + _MAIN, "pos_eq_ra_main") for ucd in ucds)


def _columns_of(column: Any, systems: list[System], *, has_main: bool) -> list[Any]:
    from astropy.table import QTable
    from astropy.table.serialize import represent_mixins_as_columns
    from astropy.time import Time, TimeDelta

    name = column.info.name
    if isinstance(column, Time):
        return [_time(column, systems)]
    if isinstance(column, TimeDelta):
        return [_column(column.jd, column, unit="d")]
    try:
        columns = list(represent_mixins_as_columns(QTable([column], names=[name])).itercols())
    except TypeError:
        kind = type(column).__name__
        raise ValueError(f"column {name!r} has {kind}, and a VOTable has numbers and texts only") from None
    if hasattr(column, "get_representation_component_names"):
        _describe_coordinates(column, columns, systems, has_main=has_main)
    return columns


def _describe_coordinates(coordinates: Any, columns: list[Any], systems: list[System], *, has_main: bool) -> None:
    from astropy import units

    frame = getattr(coordinates, "frame", coordinates)
    components = {f"{coordinates.info.name}.{name}": name for name in frame.get_representation_component_names()}
    components |= {f"{coordinates.info.name}.{name}": name for name in frame.get_representation_component_names("s")}
    system, ucds = _FRAMES.get(frame.name, ("", {}))
    letter, format = ("B", "byear") if frame.name == "fk4" else ("J", "jyear")
    times = {"equinox": getattr(frame, "equinox", None), "epoch": getattr(coordinates, "obstime", None)}
    years = {
        attribute: f"{letter}{round(float(time.to_value(format, 'float')), 6)}"
        for attribute, time in times.items()
        if time is not None and time.isscalar  # else it is a column
    }
    if frame.name == "fk5" and years.get("equinox") != "J2000.0":
        ucds = {}
    for column in columns:
        name = components.get(column.info.name, "")
        if column.unit is not None and column.unit.is_equivalent(units.deg) and column.unit != units.deg:
            column.convert_unit_to(units.deg)
        if name in ucds:
            is_main = name in ("ra", "dec") and not has_main
            column.info.meta = {**(column.info.meta or {}), "ucd": ucds[name] + (_MAIN if is_main else "")}
    if system:
        _add_system(systems, "COOSYS", {"system": system, **years}, list(components))


def _time(time: Any, systems: list[System]) -> Any:
    """A text says what it has to, down to nanoseconds. (Of arrays there are no texts.)"""
    from astropy.time import TimeNumeric

    scale = time.scale.upper() if time.scale != "local" else "UNKNOWN"
    attributes = {"timescale": scale, "refposition": "UNKNOWN" if time.location is None else "TOPOCENTER"}
    if time.ndim == 1 and not issubclass(time.FORMATS[time.format], TimeNumeric):
        exact = time.copy(format="isot")
        exact.precision = 9
        texts = numpy.char.rstrip(numpy.char.rstrip(numpy.asarray(_unmasked(exact.value), "U"), "0"), ".")
        texts = texts.astype(f"U{numpy.char.str_len(texts).max(initial=1)}")
        column = _column(texts, time, ucd="time.epoch", xtype="timestamp", _votable_string_dtype="char")
    else:
        format = time.format if time.format in _ORIGINS else "mjd"
        column = _column(time.to_value(format, "float"), time, "yr" if format == "jyear" else "d", ucd="time.epoch")
        if origin := _ORIGINS[format]:
            attributes["timeorigin"] = origin
    _add_system(systems, "TIMESYS", attributes, [time.info.name])
    return column


def _column(values: Any, origin: Any, unit: str | None = None, **metadata: str) -> Any:
    """What the column said of itself goes before what is known of its class."""
    from astropy.table import MaskedColumn

    mask = numpy.broadcast_to(getattr(origin, "mask", False), values.shape)
    meta = metadata | (origin.info.meta or {})
    return MaskedColumn(_unmasked(values), origin.info.name, mask=mask, unit=unit, meta=meta)


def _unmasked(values: Any) -> Any:
    return numpy.asarray(getattr(values, "unmasked", values))


def _add_system(systems: list[System], element: str, attributes: dict[str, str], columns: list[str]) -> None:
    """One system for all columns that have it."""
    for system in systems:
        if (system.element, system.attributes) == (element, attributes):
            system.columns.extend(columns)
            return
    systems.append(System(element, attributes, columns))
