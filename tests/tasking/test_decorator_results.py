"""What functions that are tasks give: values, rows, tables, and what cannot be given."""

from __future__ import annotations

import math
import pickle
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from voclient.tasking import (
    ResultError,
)
from voclient.tasking.functions.encoding import encode

from .functions import Importer
from .programs import eventually


def test_the_members_of_the_dict_are_the_results(written: Importer) -> None:
    module = written("""
        @task
        def star(name: str, magnitude: float = 1.5):
            print("looking at", name)
            return {"name": name, "half": magnitude / 2, "bands": ["V", "R"], "nothing": None, "inner": {"a": [1]}}
    """)
    result = module.star("Vega", magnitude=3)
    assert result.exitstatus == result.SUCCESS, result.exitmsg
    expected = {"name": "Vega", "half": 1.5, "bands": ["V", "R"], "nothing": None, "inner": {"a": [1]}}
    assert result == expected
    assert list(result) == list(expected)
    assert (result.stdout, result.stderr) == ("looking at Vega\n", "")
    assert module.star.function("Vega")["half"] == 0.75


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return 5", {"result": 5}),
        ("return [1, 2]", {"result": [1, 2]}),
        ("return 1.5, math.inf", {"result": [1.5, math.inf]}),
        ("return None", {}),
        ("pass", {}),
        ("return {}", {}),
        ("return NamedTuple('Pair', [('a', int), ('b', int)])(1, 2)", {"a": 1, "b": 2}),
        ("return True", {"result": True}),
    ],
)
def test_other_values_are_the_result(written: Importer, body: str, expected: dict[str, Any]) -> None:
    result = written(f"import math\n@task\ndef f():\n    {body}").f()
    assert (dict(result), result.exitmsg) == (expected, "")


def test_a_generator_gives_rows_and_single_values_as_it_goes(written: Importer, tmp_path: Path) -> None:
    module = written(f"""
        import os, time
        @task
        def scan(steps: int):
            for step in range(steps):
                report_progress(step / steps, f"step {{step}}")
                yield {{"step": step, "value": step / 2 if step else float("nan")}}
                while step == 1 and not os.path.exists({str(tmp_path / "go")!r}):
                    time.sleep(0.01)
            yield "total", steps
            return {{"done": True}}
    """)
    result = module.scan(3, async_=True)
    assert eventually(lambda: result.get("step") == [0, 1])
    assert result.progress == (1 / 3, "step 1")
    assert not result.exitstatus
    (tmp_path / "go").touch()
    assert result.wait(timeout=60)
    assert result["step"] == [0, 1, 2]
    assert repr(result["value"]) == "[nan, 0.5, 1.0]"
    assert (result["total"], result["done"]) == (3, True)


def test_quantities_arrays_tables_and_paths_arrive_as_such(written: Importer, tmp_path: Path) -> None:
    module = written("""
        import numpy as np
        from pathlib import Path
        from astropy import units as u
        from astropy.table import Table

        @task
        def everything():
            return {
                "angle": 5 * u.arcmin, "flux": np.array([1.0, np.nan]) * u.Jy, "counts": np.array([[1, 2], [3, 4]]),
                "masked": np.ma.masked_array([1.5, 2.5], [False, True]), "names": np.array(["a", "b"]),
                "scalar": np.float32(0.5), "integer": np.int64(7), "file": Path("out.fits"),
                "files": [Path("a"), Path("/b")],
                "stars": Table({"n": [1, 2], "s": ["x", "y"]}, units={"n": "s"}),
            }
    """)
    result = module.everything(cwd=tmp_path)
    assert result.exitstatus == result.SUCCESS, result.stderr
    assert (result["angle"], result.unit("angle"), str(result.quantity("angle"))) == (5.0, "arcmin", "5.0 arcmin")
    assert repr(result["flux"]) == "array([ 1., nan])"
    assert result.unit("flux") == "Jy"
    assert result["counts"].tolist() == [[1, 2], [3, 4]]
    assert result["counts"].dtype == int
    assert repr(result["masked"]) == "array([1.5, nan])"
    assert result["names"].tolist() == ["a", "b"]
    assert (result["scalar"], result["integer"]) == (0.5, 7)
    assert (result["file"], result["files"]) == (tmp_path / "out.fits", [tmp_path / "a", Path("/b")])
    assert result["stars"]["n"].tolist() == [1, 2]
    assert str(result["stars"]["n"].unit) == "s"


def test_a_table_alone_is_the_table(written: Importer) -> None:
    from astropy.table import Table

    module = written("""
        from astropy.table import Table
        @task
        def doubled(stars: Table) -> Table:
            stars["n"] *= 2
            return stars
    """)
    result = module.doubled(Table({"n": [1, 2]}))
    assert result["table"]["n"].tolist() == [2, 4]
    assert pickle.loads(pickle.dumps(result))["table"]["n"].tolist() == [2, 4]


def test_the_annotation_of_the_result_declares_keys_and_units(written: Importer) -> None:
    module = written("""
        from astropy import units as u
        class Position(TypedDict):
            ra: Annotated[float, "deg"]
            dec: Annotated[float, "deg"]
            note: NotRequired[str]

        @task
        def position(wrong: bool = False) -> Position:
            '''Say where.

            Returns
            -------
            ra : float
                Right ascension.
            '''
            return {"ra": 1 * u.rad, "dec": "north" if wrong else 5}

        @task(units={"radius": "deg", "area": "deg2"})
        def area(radius: float):
            '''Area of a circle.'''
            return {"area": 3 * radius ** 2, "edge": [float("nan")]}
    """)
    result = module.position()
    assert result["ra"] == pytest.approx(math.degrees(1))
    assert (result["dec"], result.unit("ra"), result.unit("dec")) == (5.0, "deg", "deg")
    assert "``ra`` (float, deg): Right ascension." in module.position.__doc__
    with pytest.raises(ResultError, match=r"dec should be a number, not 'north'"):
        raise module.position(wrong=True)._record.cause  # the cause of the ERROR
    from astropy import units as u

    result = module.area(60 * u.arcmin)
    assert (result["area"], result.unit("area")) == (3.0, "deg2")


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("{'x': object()}", "TypeError: key 'x': a value of type object cannot be handed over; what can: None, bool"),
        ("{5: 1}", "TypeError: 5 is no name of a key; names are text"),
        ("{'x': {5: 1}}", "TypeError: key 'x': 5 is no name of a key"),
        ("{'x': {'a': float('nan'), 'b': 'NaN'}}", "TypeError: key 'x': it has numbers that are not finite, and texts"),
        ("{'x': 1j}", "TypeError: key 'x': a value of type complex cannot"),
        ("{'x': 'y' * (65 << 20)}", "ValueError: key 'x': its value takes 65 MiB, a line of the OPset channel has 64"),
    ],
)
def test_what_cannot_be_handed_over_is_told(written: Importer, value: str, told: str) -> None:
    result = written(f"@task\ndef f():\n    return {value}").f()
    assert result.exitstatus == result.ERROR
    assert result.exitmsg.startswith(told)


def test_what_a_generator_may_not_yield_is_told(written: Importer) -> None:
    result = written("@task\ndef f():\n    yield 'a', 1\n    yield 5").f()
    assert result["a"] == 1
    assert result.exitmsg.startswith("TypeError: the function yields 5; it may yield (key, value), or a dict")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, (None, {})),
        (True, (True, {})),
        (-math.inf, ("-Infinity", {"type": "float"})),
        ([], ([], {})),
        ([1, None], ([1, None], {})),
        ([1, 2.5, None], ([1, 2.5, None], {"type": "float"})),
        ([1, "a", 2.5], ([1, "a", 2.5], {})),
        ([[1.5], [math.nan]], ([[1.5], ["NaN"]], {"type": "float"})),
        ({"a": math.nan}, ({"a": "NaN"}, {"type": "data"})),
        ([{"a": ["x", -math.inf]}], ([{"a": ["x", "-Infinity"]}], {"type": "data"})),
        ({"a": "NaN"}, ({"a": "NaN"}, {})),
        (date(2026, 5, 1), ("2026-05-01", {})),
        (timedelta(minutes=1), (60.0, {"type": "float", "unit": "s"})),
        (Path("/x"), ("/x", {"type": "path"})),
    ],
)
def test_values_become_json_and_a_declaration(value: Any, expected: Any) -> None:
    assert encode(value) == expected


def test_positions_times_and_numbers_in_dicts_arrive(written: Importer) -> None:
    f = written("""
        from astropy.coordinates import SkyCoord
        from astropy.time import Time, TimeDelta
        @task
        def f(place: SkyCoord, when: Time):
            nan = float("nan")
            yield "place", place
            yield "many", SkyCoord([place, place])
            yield "when", when
            yield "whens", when + TimeDelta([0, 1], format="sec")
            yield "took", TimeDelta(90, format="sec")
            yield "told", {"mean": nan, "name": "x", "all": [1, nan, "y"]}
    """).f
    first = f((10.5, -3), "2026-05-01T12:00:00.25").check()
    assert (first["place"], first.unit("place")) == ([10.5, -3.0], "deg")
    assert first["many"].tolist() == [[10.5, -3.0], [10.5, -3.0]]
    assert first["when"] == "2026-05-01T12:00:00.250000000"
    assert first["whens"] == ["2026-05-01T12:00:00.250000000", "2026-05-01T12:00:01.250000000"]
    assert (first["took"], first.unit("took")) == (90.0, "s")
    assert repr(first["told"]) == "{'mean': nan, 'name': 'x', 'all': [1, nan, 'y']}"
    assert f(first["place"], first["when"])["place"] == [10.5, -3.0], "they can be given on"
