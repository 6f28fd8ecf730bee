"""Tables with SkyCoord, Time and the like in their columns, given to tasks."""

from __future__ import annotations

import subprocess
from io import BytesIO
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
from astropy import units as u
from astropy.coordinates import ICRS, EarthLocation, Longitude, SkyCoord
from astropy.io.votable import parse
from astropy.table import Column, QTable, Table
from astropy.table.table_helpers import ArrayWrapper
from astropy.time import Time, TimeDelta
from astropy.timeseries import TimeSeries
from astropy.utils.data_info import ParentDtypeInfo

from voclient.tasking import TaskParameterError
from voclient.votable.mixins import has_mixins, plain_columns
from voclient.votable.writing import write_votable

PLACES = SkyCoord([10.6846, 266.4], [41.2691, -29.0], unit="deg")
WHEN = Time(["2020-01-01", "2026-11-26T12:34:56.123456789"])


@pytest.fixture
def vao(bindir: Path, inputs: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.setenv("VOCLIENT_BINDIR", str(bindir))
    monkeypatch.chdir(inputs)
    from voclient import vaopackage

    return vaopackage


def document_of(table: Table, rows: str = "BINARY2") -> bytes:
    document = BytesIO()
    write_votable(table, document, rows)
    return document.getvalue()


def fields_of(table: Table) -> dict[str, SimpleNamespace]:
    """What they say, by name."""
    votable = parse(BytesIO(document_of(table)))
    resource = votable.resources[0]
    systems = {system.ID: system for system in [*resource.coordinate_systems, *resource.time_systems]}
    return {
        field.name: SimpleNamespace(
            ucd=field.ucd,
            unit=field.unit and str(field.unit),
            xtype=field.xtype,
            system=systems[field.ref] if field.ref else None,
        )
        for field in resource.tables[0].fields
    }


def everything() -> QTable:
    """Of each class a column."""
    table = QTable({"n": [1, 2], "place": PLACES, "galactic": PLACES.galactic, "when": WHEN, "flux": [1, 2] * u.Jy})
    moving = {"pm_ra_cosdec": [1, 2] * u.mas / u.yr, "pm_dec": [3, 4] * u.mas / u.yr, "distance": [5, 6] * u.pc}
    table["moving"] = SkyCoord(PLACES.ra, PLACES.dec, **moving, obstime="J2016")
    table["frame"] = ICRS([1, 2] * u.deg, [3, 4] * u.deg)
    table["old"] = PLACES.fk4
    table["offset"] = PLACES.transform_to(PLACES[0].skyoffset_frame())
    table["exposure"] = TimeDelta([90, 180] * u.s)
    table["site"] = EarthLocation.from_geodetic([1, 2] * u.deg, [3, 4] * u.deg)
    table["both"] = Time([[58000.0, 58000.5], [58001.0, 58001.5]], format="mjd", scale="tdb").copy(format="isot")
    table["pair"] = np.array([(1, 2.5), (3, 4.5)], [("a", "i4"), ("b", "f8")])
    return table


def test_tables_are_joined_and_listed_by_their_skycoord(vao: ModuleType) -> None:
    table = QTable({"place": PLACES, "flux": [1, 2] * u.Jy})
    joined = vao.votjoin("stars.xml", table, pos="1s")["table"]
    assert (joined["name"].tolist(), joined["place.dec"].tolist(), str(joined["flux"].unit)) == (
        ["HD 1"],
        [41.2691],
        "Jy",
    )
    assert len(vao.votjoin(table, table, pos="1s")["table"]) == 2
    np.testing.assert_allclose(vao.votpos(table)["ra"], PLACES.ra.deg, atol=1e-5)


def test_times_are_selected_and_sorted(vao: ModuleType) -> None:
    table = Table({"n": [1, 2], "when": WHEN, "mjd": WHEN.copy(format="mjd")})
    assert vao.votselect(table, where="when > '2026-11-26T12' and mjd > 61000")["table"]["n"].tolist() == [2]
    newest = vao.votsort(table, name="when", descending=True)["table"]
    assert newest["when"].tolist() == ["2026-11-26T12:34:56.123456789", "2020-01-01T00:00:00"]
    assert abs(Time(newest["when"].tolist()) - WHEN[::-1]).max() < 1 * u.ns
    assert newest["mjd"].tolist() == WHEN.mjd[::-1].tolist()


@pytest.mark.parametrize("rows", ["BINARY2", "TABLEDATA"])
def test_what_is_made_of_every_class_is_a_valid_votable(bindir: Path, tmp_path: Path, rows: str) -> None:
    document = document_of(everything(), rows)
    (tmp_path / "table.xml").write_bytes(document)
    done = subprocess.run([bindir / "votinfo", "--lint", tmp_path / "table.xml"], capture_output=True, text=True)
    assert (done.returncode, "0 errors, 0 warnings" in done.stdout) == (0, True), done.stdout
    assert f"<{rows}>".encode() in document
    found = parse(BytesIO(document)).get_first_table().to_table(use_names_over_ids=True)
    expected, _ = plain_columns(everything())
    assert found.colnames == expected.colnames
    for name in found.colnames:
        np.testing.assert_array_equal(found[name], expected[name], name)
    again = SkyCoord(found["galactic.l"], found["galactic.b"], frame="galactic")
    assert again.separation(PLACES).max() < 1e-9 * u.arcsec


def test_fields_say_what_they_are() -> None:
    fields = fields_of(everything())
    ucds = {name: field.ucd for name, field in fields.items() if field.ucd}
    assert ucds == {
        "place.ra": "pos.eq.ra;meta.main", "place.dec": "pos.eq.dec;meta.main",
        "galactic.l": "pos.galactic.lon", "galactic.b": "pos.galactic.lat",
        "moving.ra": "pos.eq.ra", "moving.dec": "pos.eq.dec", "moving.distance": "pos.distance",
        "moving.pm_ra_cosdec": "pos.pm;pos.eq.ra", "moving.pm_dec": "pos.pm;pos.eq.dec",
        "frame.ra": "pos.eq.ra", "frame.dec": "pos.eq.dec", "when": "time.epoch", "both": "time.epoch",
    }  # fmt: skip
    assert fields["moving.pm_dec"].unit == "mas / yr"
    assert {fields[name].unit for name in ("place.ra", "galactic.b", "old.dec", "offset.lon")} == {"deg"}
    places = {name: (field.system.system, field.system.equinox, field.system.epoch)
              for name, field in fields.items() if name.endswith(".dec")}  # fmt: skip
    assert places == {
        "place.dec": ("ICRS", None, None), "frame.dec": ("ICRS", None, None),
        "moving.dec": ("ICRS", None, "J2016.0"), "old.dec": ("eq_FK4", "B1950.0", "B1950.0"),
    }  # fmt: skip
    assert fields["place.dec"].system is fields["frame.dec"].system
    assert fields["offset.lon"].system is fields["site.x"].system is None
    times = {name: (field.system.timescale, field.system.timeorigin, field.unit, field.xtype)
             for name, field in fields.items() if field.ucd == "time.epoch"}  # fmt: skip
    assert times == {"when": ("UTC", None, None, "timestamp"), "both": ("TDB", "MJD-origin", "d", None)}


@pytest.mark.parametrize(
    ("time", "values", "unit", "origin"),
    [
        (Time([2458849.5], format="jd"), [2458849.5], "d", "JD-origin"),
        (Time([58849.0], format="mjd"), [58849.0], "d", "MJD-origin"),
        (Time([2020.5], format="jyear", scale="tt"), [2020.5], "yr", None),
        (Time([1577836800.0], format="unix"), [58849.0], "d", "MJD-origin"),
        (Time(["58849.5"], format="mjd"), [58849.5], "d", "MJD-origin"),
        (Time(["2020:001"], format="yday"), ["2020-01-01T00:00:00"], None, None),
        (Time(["J2000.0"], scale="tt"), ["2000-01-01T12:00:00"], None, None),
        (Time(np.array(["2020-01-01"], "M8[D]")), ["2020-01-01T00:00:00"], None, None),
        (Time([], format="isot"), [], None, None),
    ],
    ids=lambda value: value.format if isinstance(value, Time) else "",
)
def test_a_time_becomes_what_it_looks_like(time: Time, values: list[Any], unit: str | None, origin: str | None) -> None:
    table = Table({"when": time})
    field = fields_of(table)["when"]
    assert (field.unit, field.system.timeorigin) == (unit, origin)
    assert parse(BytesIO(document_of(table))).get_first_table().array["when"].tolist() == values


def test_a_time_series_is_a_table(vao: ModuleType) -> None:
    series = TimeSeries(time=WHEN, data={"flux": [1, 2] * u.Jy})
    series["time"].info.description = "Mid-exposure"
    table = vao.votsort(series, name="flux", descending=True)["table"]
    assert (table.colnames, table["flux"].tolist(), str(table["flux"].unit)) == (["time", "flux"], [2, 1], "Jy")
    assert table["time"].description == "Mid-exposure"
    assert series.colnames == ["time", "flux"]


def test_what_is_masked_stays_so(vao: ModuleType) -> None:
    when = WHEN.copy()
    when[1] = np.ma.masked
    table = vao.votcnv(Table({"iso": when, "mjd": when.copy(format="mjd")}))["table"]
    assert (table["iso"].tolist(), table["mjd"].tolist()) == (["2020-01-01T00:00:00", ""], [58849.0, None])


def test_a_position_that_the_table_has_stays_its_position() -> None:
    own = Column([1.0, 2.0], unit="deg", meta={"ucd": "POS.eq.ra;meta.main"})
    fields = fields_of(Table({"place": PLACES, "own": own}))
    assert [fields[name].ucd for name in ("place.ra", "place.dec")] == ["pos.eq.ra", "pos.eq.dec"]


def test_coordinates_of_another_equinox_are_no_position_to_compare(vao: ModuleType) -> None:
    from astropy.coordinates import FK5

    fields = fields_of(Table({"place": PLACES.transform_to(FK5(equinox="J1975"))}))
    assert (fields["place.ra"].ucd, fields["place.ra"].system.equinox) == (None, "J1975.0")
    assert fields_of(Table({"place": PLACES.fk5}))["place.ra"].ucd == "pos.eq.ra;meta.main"


def test_hours_and_negative_angles_become_degrees(vao: ModuleType) -> None:
    west = Longitude([-1, 2] * u.hourangle, wrap_angle=180 * u.deg)
    table = Table({"place": SkyCoord(west, [3, 4] * u.deg)})
    other = Table({"n": [7], "ra": [345.0], "dec": [3.0]})
    joined = vao.votjoin(table, other, pos="1s")["table"]
    assert (joined["n"].tolist(), round(joined["place.ra"][0], 9)) == ([7], -15.0)


def test_the_columns_of_the_caller_stay_as_they_are(vao: ModuleType) -> None:
    table = everything()
    table["place"].info.description = "Where it is"
    before = [(column.info.name, id(column), column.info.parent_table is table) for column in table.itercols()]
    plain, _ = plain_columns(table)
    assert plain["place.ra"].info.description == "Where it is"
    assert not has_mixins(plain)
    assert [(column.info.name, id(column), column.info.parent_table is table) for column in table.itercols()] == before


class Opaque(ArrayWrapper):
    """A column whose parts nobody knows."""

    info = ParentDtypeInfo()


def test_what_has_no_parts_is_refused_before_anything_runs(vao: ModuleType) -> None:
    table = Table({"n": [1, 2]})
    table["thing"] = Opaque([1, 2])
    with pytest.raises(
        TaskParameterError, match=r"votinfo: parameter 'table': .*: column 'thing' has Opaque, and a VOTable"
    ):
        vao.votinfo(table)
    table = Table({"place.dec": [1.0, 2.0], "place": PLACES})
    with pytest.raises(TaskParameterError, match=r"column 'place.dec' has the name of what 'place' is made into"):
        vao.votinfo(table)


def test_programs_that_take_text_get_the_same_columns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from voclient.tasking import import_task

    folder = tmp_path / "taskdefs" / "shows"
    folder.mkdir(parents=True)
    (folder / "package.yaml").write_text("package: shows\nversion: 1\nsummary: Tests\n")
    (folder / "show.yaml").write_text(
        "task: show\nsummary: Show a table\nexecutable: cat\n"
        "parameters: {table: {type: table, format: csv, argv: '{}', required: true}}\n"
    )
    monkeypatch.setenv("VOCLIENT_TASKPATH", str(tmp_path / "taskdefs"))
    shown = import_task("shows.show")(Table({"place": PLACES[:1], "when": WHEN[:1]}))
    assert shown.stdout.split() == ["place.ra,place.dec,when", "10.6846,41.2691,2020-01-01T00:00:00"]
