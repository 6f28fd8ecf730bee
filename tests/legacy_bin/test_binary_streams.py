"""BINARY and BINARY2 byte by byte: what each datatype means, and what is refused."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from .votables import Field, csv_rows, document, refused, stream, succeeded, write

Run = Callable[..., object]


def cells(run: Run, tmp_path: Path, fields: list[Field], serialization: str, content: bytes) -> list[list[str]]:
    path = write(tmp_path / "in.xml", stream(fields, serialization, content))
    return csv_rows(run("votcnv", "-f", "csv", path))


@pytest.mark.parametrize(
    ("field", "content", "text"),
    [
        (("boolean", "8"), b"TtFf10? ", "true true false false true false ? ?"),
        (("bit", "10"), b"\xa5\x40", "1010010101"),
        (("bit", "*"), b"\0\0\0\x09\xff\x80", "111111111"),
        (("unsignedByte", "3"), b"\x00\x80\xff", "0 128 255"),
        (("char", "6"), b"ab\0cd\0", "ab"),
        (("char", "*"), b"\0\0\0\x04\xc3\xa9\x80z", "é\ufffdz"),
        (("char", "4"), b"a\x01\x1b\xff", "a\ufffd\ufffd\ufffd"),
        (("char", "3x2"), b"ab\0cd\0", "ab cd"),
        (("unicodeChar", "2"), b"\xd8\x34\xdd\x1e", "\U0001d11e"),
        (("unicodeChar", "3"), b"\xd8\x34\x00a\xdd\x1e", "\ufffda\ufffd"),
        (("unicodeChar", "*"), b"\0\0\0\x03\x00a\x00\x00\x00b", "a"),
        (("floatComplex", ""), struct.pack(">2f", 1.5, -0.25), "1.5 -0.25"),
        (("int", "2x*"), struct.pack(">I4i", 4, 1, 2, 3, 4), "1 2 3 4"),
        (("short", "", "-9"), b"\xff\xf7", ""),
        (("float", "", "-999"), struct.pack(">f", -999), ""),
        (("int", "2", "-9"), struct.pack(">2i", -9, -9), ""),
        (("int", "2", "-9"), struct.pack(">2i", -9, 1), "-9 1"),
    ],
)
def test_items_are_shown_as_tabledata_would_show_them(
    run: Run, tmp_path: Path, field: Field, content: bytes, text: str
) -> None:
    number = ("unsignedByte", "")
    assert cells(run, tmp_path, [field, number], "BINARY", content + b"\x07") == [[text, "7"]]


def test_the_mask_of_binary2_says_which_cells_have_no_value(run: Run, tmp_path: Path) -> None:
    fields: list[Field] = [("unsignedByte", "")] * 9
    content = b"\x80\x80" + bytes(range(9)) + b"\x00\x00" + bytes(range(9))
    assert cells(run, tmp_path, fields, "BINARY2", content) == [
        ["", "1", "2", "3", "4", "5", "6", "7", ""],
        ["0", "1", "2", "3", "4", "5", "6", "7", "8"],
    ]


FIELDS: list[Field] = [("int", ""), ("char", "*"), ("double", "2")]


def rows(count: int, serialization: str) -> list[bytes]:
    mask = b"\0" if serialization == "BINARY2" else b""
    return [mask + struct.pack(">iI3s2d", number, 3, b"abc", 0.5, 1.5) for number in range(count)]


@pytest.mark.parametrize("serialization", ["BINARY", "BINARY2"])
@pytest.mark.parametrize("tool", [("votcnv", "-f", "csv"), ("votinfo",)], ids=["rows", "counting"])
def test_a_stream_that_ends_inside_a_row_is_refused(
    run: Run, tmp_path: Path, serialization: str, tool: tuple[str, ...]
) -> None:
    content = b"".join(rows(2, serialization))
    for end in range(len(content) // 2 + 1, len(content)):
        path = write(tmp_path / "in.xml", stream(FIELDS, serialization, content[:end]))
        assert "row 2: the stream ends inside" in refused(run(*tool, path)), end


def test_a_stream_of_fixed_size_rows_that_ends_inside_one_is_refused_when_counted(run: Run, tmp_path: Path) -> None:
    path = write(tmp_path / "in.xml", stream([("int", "3")], "BINARY2", bytes(13 * 5 + 4)))
    assert "row 6: the stream ends inside" in refused(run("votinfo", path))


@pytest.mark.parametrize("count", [4, 1 << 20, 0x7FFFFFFF, 0xFFFFFFFF])
@pytest.mark.parametrize("datatype", ["char", "bit", "doubleComplex"])
def test_a_count_larger_than_what_follows_costs_no_memory(run: Run, tmp_path: Path, count: int, datatype: str) -> None:
    content = struct.pack(">I", count) + bytes(0 if datatype == "bit" else 3)
    path = write(tmp_path / "in.xml", stream([(datatype, "*")], "BINARY", content))
    message = refused(run("votcnv", "-f", "csv", path))
    assert "row 1: the stream ends inside field 'c1'" in message


@pytest.mark.parametrize("arraysize", ["2000000000", "18446744073709551615", "99999x99999x99999"])
def test_a_row_larger_than_can_be_held_is_refused(run: Run, tmp_path: Path, arraysize: str) -> None:
    path = write(tmp_path / "in.xml", stream([("double", arraysize)], "BINARY", bytes(100)))
    refused(run("votcnv", "-f", "csv", path))


def test_data_without_a_column_are_refused(run: Run, tmp_path: Path) -> None:
    path = write(tmp_path / "in.xml", stream([], "BINARY", b"abc"))
    assert "no FIELD" in refused(run("votcnv", "-f", "csv", path))


@pytest.mark.parametrize(
    "text",
    ["AAAA*AAA", "AAAAA", "AAAA=", "AA==AAAA", "A", "AAAA====", "AA=A", "\u00e9AAA", "AB=="],
)
def test_base64_that_is_not_whole_or_not_clean_is_refused(run: Run, tmp_path: Path, text: str) -> None:
    data = f'<BINARY><STREAM encoding="base64">{text}</STREAM></BINARY>'
    path = write(tmp_path / "in.xml", document([("unsignedByte", "")], data))
    assert "base64" in refused(run("votcnv", "-f", "csv", path))


def test_white_space_anywhere_in_base64_does_not_matter(run: Run, tmp_path: Path) -> None:
    data = '<BINARY><STREAM encoding="base64"> \n A\tQ\r\nI D \n BA = = \n</STREAM></BINARY>'
    path = write(tmp_path / "in.xml", document([("unsignedByte", "")], data))
    assert csv_rows(run("votcnv", "-f", "csv", path)) == [["1"], ["2"], ["3"], ["4"]]


def test_rows_larger_than_any_buffer_pass(run: Run, tmp_path: Path) -> None:
    letters = [bytes([97 + number]) * size for number, size in enumerate((300_000, 0, 1, 900_000, 262_140))]
    content = b"".join(struct.pack(">I", len(text)) + text for text in letters)
    path = write(tmp_path / "in.xml", stream([("char", "*")], "BINARY", content))
    lines = succeeded(run("votcnv", "-n", "-f", "csv", path)).stdout.splitlines()
    assert lines == letters


@pytest.mark.parametrize("serialization", ["BINARY", "BINARY2"])
def test_damaged_streams_never_crash(run: Run, tmp_path: Path, serialization: str) -> None:
    source = random.Random(serialization)
    fields: list[Field] = [
        ("boolean", ""),
        ("char", "*"),
        ("unicodeChar", "*"),
        ("bit", "*"),
        ("short", "", "5"),
        ("double", "2x*"),
        ("char", "4"),
    ]
    row = b"T" + b"\0\0\0\2ab" + b"\0\0\0\1\0z" + b"\0\0\0\3\xe0" + b"\0\5" + b"\0\0\0\2" + bytes(16) + b"abcd"
    whole = (b"\0" + row if serialization == "BINARY2" else row) * 4
    for _ in range(40):
        content = bytearray(whole)
        for _ in range(source.randrange(1, 4)):
            content[source.randrange(len(content))] = source.randrange(256)
        path = write(tmp_path / "in.xml", stream(fields, serialization, bytes(content)))
        for form in ("csv", "votb2"):
            done = run("votcnv", "-f", form, path)
            if done.status == 0:
                succeeded(done)
            else:
                refused(done)


@pytest.mark.parametrize(
    ("field", "text", "reason"),
    [
        (("char", "3"), "abcd", "4 bytes where the arraysize says 3"),
        (("char", ""), "ab", "2 bytes where the missing arraysize says 1"),
        (("unicodeChar", "2"), "\U0001d11ea", "3 UTF-16 units where the arraysize says 2"),
        (("int", "3"), "1 2", "2 items where the arraysize says 3"),
        (("bit", "4"), "10101", "5 items where the arraysize says 4"),
        (("bit", ""), "2", "bits"),
        (("boolean", ""), "maybe", "boolean"),
        (("floatComplex", ""), "1", "complex"),
    ],
)
def test_a_cell_that_does_not_fit_its_field_is_named(
    run: Run, tmp_path: Path, field: Field, text: str, reason: str
) -> None:
    data = f"<TABLEDATA><TR><TD>{text}</TD></TR></TABLEDATA>"
    path = write(tmp_path / "in.xml", document([field], data))
    message = refused(run("votcnv", "-f", "votb2", path))
    assert "row 1: field 'c1'" in message
    assert reason in message
