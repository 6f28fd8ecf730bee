"""Quantities, angles, positions and times of astropy reach a program in the unit, frame and form it wants."""

from __future__ import annotations

import datetime
import subprocess
import sys
from typing import Any

import numpy
import pytest
from astropy import units as u
from astropy.coordinates import ICRS, Angle, SkyCoord
from astropy.table import Table
from astropy.time import Time, TimeDelta
from astropy.utils.masked import Masked
from hypothesis import given as given_by
from hypothesis import settings
from hypothesis import strategies as st

from voclient.tasking.calls.arguments import translate
from voclient.tasking.calls.quantities import spell_sexagesimal
from voclient.tasking.calls.values import check
from voclient.tasking.descriptors.descriptor import Descriptor, Parameter, Place
from voclient.tasking.errors import TaskParameterError

M31 = SkyCoord(10.684708, 41.26875, unit="deg")
BOTH = SkyCoord([10.5, 350], [-1.25, 89], unit="deg")
NOON = Time("2026-01-31T12:00:00", scale="utc")
MASKED = Table({"r": [1.0, 2.0]}, masked=True, units={"r": "deg"})["r"]
MASKED.mask = [False, True]
MASKED_SKY = SkyCoord(Masked([1.0, 2.0], mask=[False, True]) * u.deg, [1.0, 2.0] * u.deg)


def parameter(kind: str, **more: Any) -> Parameter:
    return Parameter("p", kind, argv=("{}",), **more)


def words(given: Any, kind: str, **more: Any) -> list[str]:
    more.setdefault("argv", ("{}",))
    return translate(
        Descriptor("t", "A task", "prog", Place("", 1, 1), parameters=(Parameter("p", kind, **more),)), {"p": given}
    ).words


@pytest.mark.parametrize(
    ("wanted", "given", "value"),
    [
        (parameter("float", unit="arcmin"), 0.5 * u.deg, 30.0),
        (parameter("int", unit="s"), 2 * u.min, 120),
        (parameter("angle"), Angle("12h30m"), 187.5),
        (parameter("angle", unit="hourangle"), 187.5 * u.deg, 12.5),
        (parameter("angle", unit="arcsec"), "0.5 deg", None),
        (parameter("quantity", unit="GHz"), "1420 MHz", 1.42),
        (parameter("float", unit="arcmin"), "0.5deg", 30.0),
        (parameter("int", unit="s"), "2 min", 120),
        (parameter("float", unit="s"), TimeDelta(1, format="jd"), 86400.0),
        (parameter("float", unit="min"), datetime.timedelta(hours=1), 60.0),
        (parameter("int", unit="s"), numpy.timedelta64(60_000_000_000, "ns"), 60),
        (parameter("float"), 0.5 * u.dimensionless_unscaled, 0.5),
        (parameter("range", unit="GHz"), (1000, 2000) * u.MHz, (1.0, 2.0)),
        (parameter("range", unit="GHz"), (1000 * u.MHz, None), (1.0, None)),
        (parameter("string", unit="deg"), 30 * u.arcmin, "0.5"),
        (parameter("string", unit="deg"), 2, "2"),
        (parameter("string", unit="deg"), "30m", "30m"),
        (parameter("float", unit="arcmin", repeated=True), [1, 2] * u.deg, [60.0, 120.0]),
        (parameter("float", unit="arcmin", repeated=True), [1 * u.deg, 3], [60.0, 3]),
        (parameter("float", unit="arcmin", repeated=True), Table({"r": [1.0, 2.0]}, units={"r": "deg"})["r"],
         [60.0, 120.0]),
        (parameter("float", unit="arcmin", repeated=True), Table({"r": [1.0, 2.0]})["r"], [1.0, 2.0]),
        (parameter("angle", coordinate="ra"), M31, 10.684708),
        (parameter("angle", coordinate="dec", unit="arcmin"), M31, 41.26875 * 60),
        (parameter("angle", coordinate="ra", repeated=True), BOTH, [10.5, 350.0]),
    ],
)  # fmt: skip
def test_a_quantity_is_converted_to_the_unit_of_the_parameter(wanted: Parameter, given: Any, value: Any) -> None:
    found = check(wanted, given, "t")
    assert found == (pytest.approx(value, rel=1e-12) if isinstance(value, (float, list)) else value or 1800.0)
    assert type(found) in (int, float, str, list, tuple)


@pytest.mark.parametrize(
    ("wanted", "given", "message"),
    [
        (parameter("angle"), 5 * u.Jy, "<Quantity 5. Jy> cannot be expressed in deg; accepted: an angle"),
        (parameter("float", unit="GHz"), 5 * u.s, "<Quantity 5. s> cannot be expressed in GHz; accepted: a number (GH"),
        (parameter("float", unit="GHz"), 5 * u.dimensionless_unscaled, "<Quantity 5.> cannot be expressed in GHz"),
        (parameter("float"), 5 * u.s, "<Quantity 5. s> has a unit, the parameter has none; accepted: a number"),
        (parameter("float", unit="deg"), [1, 2] * u.deg, "[1.0, 2.0] (list) is not a number"),
        (parameter("float", unit="deg", repeated=True), [[1, 2]] * u.deg, "[1.0, 2.0] (list) is not a number"),
        (parameter("float", unit="deg", repeated=True), MASKED, "a masked value is no value"),
        (parameter("float", unit="deg", repeated=True), [1 * u.deg, 1 * u.s], "<Quantity 1. s> cannot be expressed"),
        (parameter("float", unit="arcmin", maximum=30), 1 * u.deg, "60.0 arcmin is above the maximum 30 arcmin"),
        (parameter("float", above=0), 0, "0 is not above 0; accepted: a number above 0"),
        (parameter("float", above=0, maximum=1), 2,
         "2 is above the maximum 1; accepted: a number above 0 and not above 1"),
        (parameter("float", above=0, below=1), 1.0, "1.0 is not below 1; accepted: a number above 0 and below 1"),
        (parameter("float"), datetime.timedelta(hours=1), "<Quantity 3600. s> has a unit, the parameter has none"),
        (parameter("float", unit="deg"), M31, "is a position; the parameter is none; accepted: a number (deg)"),
        (parameter("float", unit="d"), NOON, "is a time; the parameter is none; accepted: a number (d)"),
        (parameter("string"), 5 * u.s, "<Quantity 5. s> has a unit, the parameter has none; accepted: text"),
        (parameter("string", unit="deg"), 5 * u.s, "<Quantity 5. s> cannot be expressed in deg"),
        (parameter("position"), 5 * u.deg, "5.0 (float) is not a SkyCoord or a pair of degrees"),
        (parameter("float", unit="deg"), "far", "'far' (str) is not a number; accepted: a number (deg)"),
        (parameter("float", unit="deg"), "5 Jy", "<Quantity 5. Jy> cannot be expressed in deg"),
        (parameter("position"), "m31", "'m31' (str) is not a SkyCoord or a pair of degrees"),
        (parameter("position"), (10, 91), "(10, 91) is no place on the sky: dec is from -90 to 90 degrees"),
        (parameter("position"), (10, 1 * u.Jy), "<Quantity 1. Jy> cannot be expressed in deg"),
        (parameter("position"), BOTH, "[(10.5, -1.25), (350.0, 89.0)] (list) is not a SkyCoord or a pair of degrees"),
        (parameter("position", frame="galactic"), NOON, "is a time; the parameter is none"),
        (parameter("time"), Time(2000, format="jyear", scale="local"), "cannot be expressed in isot, utc: "),
        (parameter("time"), Time(-1e7, format="jyear"), "cannot be expressed in isot, utc: "),
        (parameter("position"), SkyCoord(1, 2, unit="deg", frame="altaz"), "cannot be expressed in icrs: "),
        (parameter("position", repeated=True), MASKED_SKY, "a masked value is no value"),
        (parameter("time"), "yesterday", "'yesterday' (str) is not a time; accepted: a Time or a text such as 2026-"),
        (parameter("time"), "2026-02-30", "'2026-02-30' (str) is not a time"),
        (parameter("time"), 5, "5 (int) is not a time"),
        (parameter("time", form="mjd"), M31, "is a position; the parameter is none; accepted: a Time or a text such as "
                                             "2026-01-31T12:30:00 (mjd, utc)"),
        (parameter("time"), Time(["2026-01-01", "2026-01-02"]), "(list) is not a time"),
        (parameter("float", repeated=True, min_items=2), 1, "1 value in the list; accepted: a number, a list of 2 or"),
        (parameter("float", repeated=True, max_items=2), [1, 2, 3], "3 values in the list; accepted: a number, or a "
                                                                    "list of at most 2 of them"),
    ],
)  # fmt: skip
def test_what_has_another_dimension_or_meaning_is_refused(wanted: Parameter, given: Any, message: str) -> None:
    with pytest.raises(TaskParameterError) as info:
        check(wanted, given, "t")
    assert message in str(info.value)
    assert str(info.value).startswith("t: parameter 'p': ")
    assert "\n" not in str(info.value)
    assert (info.value.task, info.value.parameter) == ("t", "p")


@pytest.mark.parametrize(
    ("more", "given", "expected"),
    [
        ({}, M31, ["10.684708,41.26875"]),
        ({}, ICRS(10.5 * u.deg, -1 * u.deg), ["10.5,-1.0"]),
        ({}, (10.5, "-1.25"), ["10.5,-1.25"]),
        ({}, (Angle("1d30m"), 75 * u.arcmin), ["1.5,1.25"]),
        ({}, [90, 75] * u.arcmin, ["1.5,1.25"]),
        ({}, "10.5 -1.25", ["10.5,-1.25"]),
        ({}, "10.5,-1.25", ["10.5,-1.25"]),
        ({}, "01:00:00 -01:15:00", ["15.0,-1.25"]),
        ({}, "01 00 00 -01 15 00", ["15.0,-1.25"]),
        ({}, "1h0m0s -1d15m", ["15.0,-1.25"]),
        ({"argv": ("--ra={ra}", "--dec={dec}")}, (10, 20), ["--ra=10", "--dec=20"]),
        ({"argv": ("-d", "{dec}", "-r", "{ra}")}, M31, ["-d", "41.26875", "-r", "10.684708"]),
        ({"separator": " "}, (-10, 20), ["350 20"]),
        ({"form": "sexagesimal", "separator": " "}, M31, ["00:42:44.3299 +41:16:07.500"]),
        ({"form": "sexagesimal", "argv": ("{ra}", "{dec}")}, (359.99999999, -0.5),
         ["--", "00:00:00.0000", "-00:30:00.000"]),
        ({"repeated": True}, BOTH, ["10.5,-1.25", "350.0,89.0"]),
        ({"repeated": True, "argv": ("-p", "{ra}", "{dec}")}, list(BOTH),
         ["-p", "10.5", "-1.25", "-p", "350.0", "89.0"]),
        ({"repeated": True}, [(1, 2), M31], ["1,2", "10.684708,41.26875"]),
        ({"repeated": True}, ["1 2", "3 4"], ["1.0,2.0", "3.0,4.0"]),
        ({"repeated": True}, (1, 2), ["1,2"]),
        ({"repeated": True}, numpy.array([[1.5, 2.5], [3.5, 4.5]]), ["1.5,2.5", "3.5,4.5"]),
    ],
)  # fmt: skip
def test_a_position_is_put_into_words(more: dict[str, Any], given: Any, expected: list[str]) -> None:
    assert words(given, "position", **more) == expected


def test_a_position_is_transformed_to_the_frame_of_the_program() -> None:
    (word,) = words(M31, "position", frame="galactic")
    expected = M31.galactic.l.deg, M31.galactic.b.deg
    assert tuple(map(float, word.split(","))) == pytest.approx(expected, abs=1e-12)
    assert words((120, -20), "position", frame="galactic", argv=("-b{b}",)) == ["-b-20"]
    assert words(M31.galactic, "angle", coordinate="ra")[0].startswith("10.68470")
    assert words("1:0:0 2:0:0", "position", frame="galactic") == ["1.0,2.0"]


@pytest.mark.parametrize(
    ("more", "given", "expected"),
    [
        ({}, NOON, "2026-01-31T12:00:00"),
        ({"form": "iso"}, NOON, "2026-01-31 12:00:00"),
        ({"form": "date"}, NOON, "2026-01-31"),
        ({"form": "yday"}, NOON, "2026:031:12:00:00"),
        ({"form": "mjd"}, NOON, "61071.5"),
        ({"form": "jd"}, NOON, "2461072.0"),
        ({"form": "unix"}, NOON, "1769860800.0"),
        ({"form": "jyear_str"}, Time("2000-01-01T12:00:00", scale="tt"), "J1999.999997966"),
        ({"form": "jyear_str", "scale": "tt"}, Time("J2000"), "J2000.0"),
        ({"form": "jyear", "scale": "tt"}, Time("J2000"), "2000.0"),
        ({"scale": "tai"}, NOON, "2026-01-31T12:00:37"),
        ({}, Time("2026-01-31T12:00:37.25", scale="tai"), "2026-01-31T12:00:00.25"),
        ({}, "2026-01-31T12:00:00.125", "2026-01-31T12:00:00.125"),
        ({}, "2026-01-31 12:30", "2026-01-31T12:30:00"),
        ({"form": "iso"}, "2026-01-31", "2026-01-31 00:00:00"),
        ({"form": "date"}, "2026-01-31T23:59:59", "2026-01-31"),
        ({}, "2016-12-31T23:59:60", "2016-12-31T23:59:60"),
        ({"form": "mjd"}, "61071.5", "61071.5"),
        ({"form": "mjd"}, 61071, "61071"),
        ({"form": "mjd"}, "2026-01-31T12:00:00", "61071.5"),
        ({}, datetime.datetime(2026, 1, 31, 12), "2026-01-31T12:00:00"),
        ({}, datetime.datetime(2026, 1, 31, 12, tzinfo=datetime.timezone(datetime.timedelta(hours=2))),
         "2026-01-31T10:00:00"),
        ({}, datetime.date(2026, 1, 31), "2026-01-31T00:00:00"),
        ({}, numpy.datetime64("2026-01-31T12:00:00"), "2026-01-31T12:00:00"),
        ({}, numpy.datetime64("2026-01-31T12:00:00.5", "ns"), "2026-01-31T12:00:00.5"),
    ],
)  # fmt: skip
def test_a_time_is_given_in_form_and_scale_of_the_program(more: dict[str, Any], given: Any, expected: str) -> None:
    assert words(given, "time", **more) == [expected]


def test_an_array_of_times_is_a_list() -> None:
    times = Time(["2026-01-01", "2026-01-02T06:00:00"])
    assert words(times, "time", form="mjd", repeated=True, separator=",") == ["61041.0,61042.25"]


def test_many_positions_take_one_transformation() -> None:
    many = SkyCoord(numpy.linspace(0, 359, 20_000), numpy.linspace(-90, 90, 20_000), unit="deg", frame="galactic")
    assert len(words(many, "position", repeated=True)) == 20_000


def test_plain_positions_and_times_do_not_import_astropy() -> None:
    script = """
import sys
from voclient.tasking.calls.values import check
from voclient.tasking.descriptors.descriptor import Parameter
check(Parameter("p", "position"), (10, 20.5))
check(Parameter("p", "position"), "10 20.5")
check(Parameter("p", "time"), "2026-01-31T12:30:00")
check(Parameter("p", "time", form="mjd"), "61071.5")
assert "astropy" not in sys.modules and "numpy" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", script], check=True)


@settings(deadline=None)
@given_by(ra=st.floats(0, 360, exclude_max=True), dec=st.floats(-90, 90))
def test_a_sexagesimal_position_reads_back(ra: float, dec: float) -> None:
    parameter = Parameter("p", "position", argv=("{ra} {dec}",), form="sexagesimal")
    first, second = (spell_sexagesimal(ra, hours=True), spell_sexagesimal(dec, hours=False))
    lon, lat = check(parameter, f"{first} {second}")
    assert min(abs(lon - ra), 360 - abs(lon - ra)) <= 0.0008 / 3600
    assert abs(lat - dec) <= 0.0006 / 3600


@settings(deadline=None)
@given_by(mjd=st.floats(40_000, 80_000))
def test_a_time_keeps_its_microseconds(mjd: float) -> None:
    parameter = Parameter("p", "time", argv=("{}",))
    text = check(parameter, Time(mjd, format="mjd", scale="utc"))
    assert check(parameter, text) == text
    assert abs((Time(text, scale="utc") - Time(mjd, format="mjd", scale="utc")).to_value("s")) < 1e-6


def test_what_a_conversion_adds_in_the_last_digit_is_not_shown() -> None:
    wave = parameter("float", unit="nm", repeated=True)
    assert check(wave, [1, 4] * u.um) == [1000, 4000]
    assert check(wave, "1 um") == 1000
    third = check(parameter("angle", unit="arcmin"), 5 * u.arcsec)
    assert third == (5 * u.arcsec).to_value("arcmin")
