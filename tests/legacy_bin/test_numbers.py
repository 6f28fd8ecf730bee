"""Numbers read from text and written as text, judged by Python and numpy through votcnv."""

from __future__ import annotations

import os
import random
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from .votables import csv_rows, refused, stream, stream_bytes, succeeded, tabledata, write

Run = Callable[..., object]

HERE = Path(__file__).parent
SOURCES = HERE.parent.parent / "legacy_bin"


@pytest.fixture(scope="module")
def compare(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., str]:
    """Compares numbers with the C++ library (trials/numbers.cc): optimised, as there are millions."""
    folder = tmp_path_factory.mktemp("numbers")
    subprocess.run([sys.executable, SOURCES / "base" / "powers_of_ten.py", "powers_of_ten.c"], cwd=folder, check=True)
    sources = ["powers_of_ten.c", *(SOURCES / "base" / name for name in ("number_read.c", "number_write.c"))]
    flags = ["-O2", f"-I{SOURCES}", "-D_GNU_SOURCE"]
    subprocess.run([os.environ.get("CC", "cc"), "-std=gnu17", *flags, "-c", *sources], cwd=folder, check=True)
    linked = [HERE / "trials" / "numbers.cc", *folder.glob("*.o"), "-o", "numbers"]
    subprocess.run([os.environ.get("CXX", "c++"), "-std=c++17", *flags, *linked], cwd=folder, check=True)

    def compare(*words: str) -> str:
        return subprocess.run([folder / "numbers", *words], stdout=subprocess.PIPE, text=True, check=False).stdout

    return compare


@pytest.mark.parametrize(
    ("words", "least"), [(("written", "800000"), 4_500_000), (("floats", "509"), 8_000_000), (("read", "800000"), 1)]
)
def test_numbers_are_those_of_the_cpp_library(compare: Callable[..., str], words: tuple[str, str], least: int) -> None:
    said = compare(*words)
    count, verdict = said.splitlines()[-1].split(" compared, ")
    assert verdict == "0 differ", said
    assert int(count) > least


def doubles(count: int) -> Iterator[float]:
    """Any bits that are finite, short decimals, whole numbers, and the edges."""
    source = random.Random(count)
    yield from (0.0, -0.0, 5e-324, 2.2250738585072014e-308, 2.225073858507201e-308, 1.7976931348623157e308, 1e22, 1e23)
    yield from (9007199254740993.0, 0.1, 0.3, 2 / 3, 8.5, -1e-08, 123456789012345680.0, 4.35, 0.5000000000000001)
    for _ in range(count):
        value = struct.unpack(">d", source.randbytes(8))[0]
        if value - value == 0:
            yield value
        yield round(source.uniform(-400, 400), source.randrange(12))
        yield float(source.getrandbits(source.randrange(1, 64)))


def singles(count: int) -> Iterator[np.float32]:
    values = np.frombuffer(random.Random(count).randbytes(4 * count), ">f4")
    yield from (value for value in values if np.isfinite(value))
    yield from (np.float32(text) for text in ("1e-45", "1.1754944e-38", "3.4028235e38", "16777216", "0.1"))


def read_as(run: Run, tmp_path: Path, datatype: str, texts: list[str], code: str) -> tuple[float, ...]:
    """Each text as a cell of TABLEDATA, in the bytes that BINARY holds for it."""
    path = write(tmp_path / "in.xml", tabledata([(datatype, "")], [[text] for text in texts]))
    done = succeeded(run("votcnv", "-f", "votb", path))
    return struct.unpack(f">{len(texts)}{code}", stream_bytes(done.stdout))


def write_as(run: Run, tmp_path: Path, datatype: str, content: bytes) -> list[str]:
    path = write(tmp_path / "in.xml", stream([(datatype, "")], "BINARY", content))
    return [row[0] for row in csv_rows(run("votcnv", "-f", "csv", path))]


def test_doubles_are_read_to_the_nearest_value(run: Run, tmp_path: Path) -> None:
    values = list(doubles(3000))
    forms = [repr, "{:.17g}".format, "{:+.16E}".format, lambda value: f" {value!r}\t", "{:.25f}".format]
    texts = [forms[number % 5](value) for number, value in enumerate(values)]
    expected = [float(text) for text in texts]
    assert list(read_as(run, tmp_path, "double", texts, "d")) == expected


def test_floats_are_rounded_once(run: Run, tmp_path: Path) -> None:
    # halfway between two floats and a little more: by way of a double it would be rounded to even
    texts = [str(value) for value in singles(3000)] + ["1.00000005960464477540", "1.00000005960464477539"]
    expected = [float(np.float32(text)) for text in texts[:-2]] + [float(np.float32(1) + np.float32(2**-23)), 1.0]
    assert list(read_as(run, tmp_path, "float", texts, "f")) == expected


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.5D3", 1500.0),
        ("-1d-2", -0.01),
        ("+7", 7.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("Inf", float("inf")),
        ("+infinity", float("inf")),
        ("-INF", float("-inf")),
        ("1e999", float("inf")),
        ("-1e999", float("-inf")),
        ("1d999", float("inf")),
        ("1e-999", 0.0),
        ("0." + "0" * 400 + "1e401", 1.0),
        ("1" + "0" * 400 + "e-400", 1.0),
        ("1e99999999999999999999", float("inf")),
    ],
)
def test_other_spellings_of_reals_are_understood(run: Run, tmp_path: Path, text: str, value: float) -> None:
    assert read_as(run, tmp_path, "double", [text], "d") == (value,)


@pytest.mark.parametrize("text", ["NaN", "nan", "-NAN"])
def test_nan_is_read_in_any_case(run: Run, tmp_path: Path, text: str) -> None:
    (value,) = read_as(run, tmp_path, "float", [text], "f")
    assert value != value


def test_integers_are_read_in_decimal_and_hexadecimal(run: Run, tmp_path: Path) -> None:
    texts = ["9223372036854775807", "-9223372036854775808", "+12", "0x1F", "-0x10", " 0 ", "4.0", "1e3"]
    values = (2**63 - 1, -(2**63), 12, 31, -16, 0, 4, 1000)
    assert read_as(run, tmp_path, "long", texts, "q") == values


@pytest.mark.parametrize(
    ("datatype", "text"),
    [
        ("unsignedByte", "256"),
        ("unsignedByte", "-1"),
        ("short", "32768"),
        ("int", "0x80000000"),
        ("long", "9223372036854775808"),
        ("int", "4.5"),
        ("int", "12abc"),
        ("double", "1.2.3"),
        ("double", "--1"),
        ("float", "nancy"),
        ("double", "0x10"),
        ("float", "1e"),
    ],
)
def test_a_text_that_is_no_number_of_the_type_is_refused(run: Run, tmp_path: Path, datatype: str, text: str) -> None:
    path = write(tmp_path / "in.xml", tabledata([(datatype, "")], [["1"], [text]]))
    message = refused(run("votcnv", "-f", "votb2", path))
    assert "row 2" in message
    assert "'c1'" in message
    assert f"'{text}'" in message


def test_doubles_are_written_shortest_and_read_back(run: Run, tmp_path: Path) -> None:
    values = list(doubles(3000))
    texts = write_as(run, tmp_path, "double", struct.pack(f">{len(values)}d", *values))
    assert [float(text) for text in texts] == values
    assert all(len(text) <= len(repr(value)) for text, value in zip(texts, values, strict=True))


def test_floats_are_written_shortest_and_read_back(run: Run, tmp_path: Path) -> None:
    values = np.array(list(singles(5000)), ">f4")
    texts = write_as(run, tmp_path, "float", values.tobytes())
    assert np.array_equal(np.array([np.float32(text) for text in texts]), values.astype("f4"))
    assert all(len(text) <= len(str(value)) for text, value in zip(texts, values, strict=True))


def test_special_values_are_written_as_votable_spells_them(run: Run, tmp_path: Path) -> None:
    values = [0.0, 1.5, 1e-08, float("nan"), float("inf"), float("-inf"), 1.0, -3.5]
    texts = write_as(run, tmp_path, "double", struct.pack(">8d", *values))
    assert texts == ["0", "1.5", "1e-08", "NaN", "+Inf", "-Inf", "1", "-3.5"]
