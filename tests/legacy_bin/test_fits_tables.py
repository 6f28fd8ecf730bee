"""FITS tables read from VOTables and written as files, judged by astropy and CFITSIO's fitsverify."""

from __future__ import annotations

import io
import random
import subprocess
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from .votables import Field, csv_rows, refused, stream, stream_bytes, succeeded, tabledata, write

Run = Callable[..., object]


def file_bytes(*hdus: fits.hdu.base.ExtensionHDU) -> bytes:
    out = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fits.HDUList([fits.PrimaryHDU(), *hdus]).writeto(out)
    return out.getvalue()


def cells(run: Run, tmp_path: Path, fields: list[Field], content: bytes) -> list[list[str]]:
    path = write(tmp_path / "in.xml", stream(fields, "FITS", content))
    return csv_rows(run("votcnv", "-f", "csv", path))


def one_column(**column: object) -> bytes:
    return file_bytes(fits.BinTableHDU.from_columns([fits.Column(name="a", **column)]))


@pytest.mark.parametrize(
    ("field", "column", "texts"),
    [
        (("boolean", ""), {"format": "L", "array": [True, False]}, ["true", "false"]),
        (("unsignedByte", ""), {"format": "B", "array": [0, 255]}, ["0", "255"]),
        (("short", ""), {"format": "I", "array": [-5, 9], "null": 9}, ["-5", ""]),
        (("long", ""), {"format": "K", "array": [2**62, -1]}, [str(2**62), "-1"]),
        (("float", ""), {"format": "E", "array": [1.1, np.nan]}, ["1.1", "NaN"]),
        (("doubleComplex", ""), {"format": "M", "array": [1 + 2j, -0.5j]}, ["1 2", "-0 -0.5"]),
        (("char", "5"), {"format": "5A", "array": ["ab", "c d"]}, ["ab", "c d"]),
        (("unicodeChar", "*"), {"format": "5A", "array": ["ab", ""]}, ["ab", ""]),
        (("double", "2"), {"format": "2D", "array": [[1, 2], [3, 4]]}, ["1 2", "3 4"]),
        # another width of number, scaling, and the unsigned types of FITS 4.0 section 7.3.3
        (("double", ""), {"format": "E", "array": [1.1, 2.0]}, ["1.1", "2"]),
        (("double", ""), {"format": "E", "array": [1.0, 1.5], "bscale": 0.5, "bzero": 1}, ["1", "1.5"]),
        (("int", ""), {"format": "I", "array": np.array([0, 65535], "u2"), "bzero": 2**15}, ["0", "65535"]),
        (("long", ""), {"format": "J", "array": np.array([0, 2**32 - 1], "u4"), "bzero": 2**31}, ["0", str(2**32 - 1)]),
        (("long", ""), {"format": "K", "array": np.array([7, 2**64 - 1], "u8"), "bzero": 2**63}, ["7", str(2**64 - 1)]),
        (("short", ""), {"format": "B", "array": np.array([-128, 127], "i1"), "bzero": -128}, ["-128", "127"]),
        # arrays in the heap
        (("int", "*"), {"format": "PJ()", "array": np.array([[1, 2, 3], [4]], dtype=object)}, ["1 2 3", "4"]),
        (("double", "*"), {"format": "QD()", "array": np.array([[1.5], []], dtype=object)}, ["1.5", ""]),
        (("char", "*"), {"format": "PA()", "array": np.array(["abc", "d"], dtype=object)}, ["abc", "d"]),
    ],
    ids=lambda value: value.get("format", "") if isinstance(value, dict) else None,
)
def test_columns_written_by_astropy_are_read(
    run: Run, tmp_path: Path, field: Field, column: dict[str, object], texts: list[str]
) -> None:
    found = cells(run, tmp_path, [field], one_column(**column))
    assert [row[0] if row else "" for row in found] == texts


def test_the_extension_is_found_behind_an_image_and_by_its_number(run: Run, tmp_path: Path) -> None:
    tables = [fits.BinTableHDU.from_columns([fits.Column(name="a", format="J", array=[number])]) for number in (11, 22)]
    content = file_bytes(fits.ImageHDU(np.zeros((70, 50))), *tables)
    text = stream([("int", "")], "FITS", content)
    for attribute, value in (("", "11"), (' extnum="2"', "11"), (' extnum="3"', "22")):
        path = write(tmp_path / "in.xml", text.replace("<FITS>", f"<FITS{attribute}>"))
        assert csv_rows(run("votcnv", "-f", "csv", path)) == [[value]]
    for attribute, reason in ((' extnum="1"', "not a binary table"), (' extnum="4"', "3 extensions")):
        path = write(tmp_path / "in.xml", text.replace("<FITS>", f"<FITS{attribute}>"))
        assert reason in refused(run("votcnv", "-f", "csv", path))


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ([("int", ""), ("int", "")], "1 columns, the TABLE 2 FIELDs"),
        ([("char", "*")], "FITS column 1 is 2J"),
        ([("int", "3")], "FITS column 1 is 2J"),
    ],
)
def test_fields_that_do_not_describe_the_columns_are_refused(
    run: Run, tmp_path: Path, fields: list[Field], reason: str
) -> None:
    path = write(tmp_path / "in.xml", stream(fields, "FITS", one_column(format="2J", array=[[1, 2]])))
    assert reason in refused(run("votcnv", "-f", "csv", path))


def test_fits_data_that_end_early_are_refused(run: Run, tmp_path: Path) -> None:
    content = one_column(format="J", array=np.arange(1000))
    for end in (0, 79, 2880, 2880 + 100, 5760, 5760 + 1, 5760 + 399):
        path = write(tmp_path / "in.xml", stream([("int", "")], "FITS", content[:end]))
        for tool in (("votcnv", "-f", "csv"), ("votinfo",)):
            refused(run(*tool, path))
    assert "row 100" in refused(run("votcnv", "-f", "csv", path))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"NAXIS2  =                    2", b"NAXIS2  =  9223372036854775807"),
        (b"NAXIS2  =                    2", b"NAXIS2  =                   -2"),
        (b"NAXIS1  =                    8", b"NAXIS1  =                    3"),
        (b"NAXIS1  =                    8", b"NAXIS1  =  9223372036854775807"),
        (b"PCOUNT  =                   16", b"PCOUNT  =  9223372036854775807"),
        (b"TFIELDS =                    1", b"TFIELDS =             99999999"),
        (b"'PJ(3)   '", b"'99999999999999J'"[:10]),
        (b"'PJ(3)   '", b"'PZ(3)   '"),
        (b"BITPIX  =                    8", b"BITPIX  = -9223372036854775808"),
        (b"XTENSION= 'BINTABLE'", b"XTENSION= 'TABLE   '"),
    ],
)
def test_headers_that_cannot_be_true_are_refused(run: Run, tmp_path: Path, old: bytes, new: bytes) -> None:
    content = one_column(format="PJ()", array=np.array([[1, 2, 3], [4]], dtype=object))
    head, _, tail = content.partition(b"XTENSION")
    assert old in b"XTENSION" + tail
    damaged = head + (b"XTENSION" + tail).replace(old, new, 1)
    path = write(tmp_path / "in.xml", stream([("int", "*")], "FITS", damaged))
    refused(run("votcnv", "-f", "csv", path))


def test_rows_without_width_cost_nothing_and_are_not_believed_when_many(run: Run, tmp_path: Path) -> None:
    made = succeeded(run("votcnv", "-f", "votfits", write(tmp_path / "a.xml", tabledata([("int", "*")], [[""]] * 3))))
    content = stream_bytes(made.stdout)
    many = content.replace(b"NAXIS2  =                    3", b"NAXIS2  =  9000000000000000003")
    assert many != content
    path = write(tmp_path / "in.xml", stream([("int", "*")], "FITS", many))
    for tool in (("votcnv", "-f", "csv"), ("votinfo",)):
        assert "9000000000000000003 rows without any width" in refused(run(*tool, path))


def test_rows_without_columns_have_no_bytes(run: Run, tmp_path: Path) -> None:
    text = tabledata([], [[], []])
    made = succeeded(run("votcnv", "-f", "votfits", write(tmp_path / "a.xml", text)))
    assert b"NAXIS1  =                    0" in stream_bytes(made.stdout)
    assert written(run, tmp_path, text)[1].header["NAXIS1"] == 0


def test_a_descriptor_that_points_outside_the_heap_is_refused(run: Run, tmp_path: Path) -> None:
    content = bytearray(one_column(format="PJ()", array=np.array([[1, 2, 3], [4]], dtype=object)))
    content[5760 + 8 + 4 : 5760 + 8 + 8] = b"\0\0\0\x0d"
    path = write(tmp_path / "in.xml", stream([("int", "*")], "FITS", bytes(content)))
    assert "row 2: FITS column 1 points to 4 bytes at 13" in refused(run("votcnv", "-f", "csv", path))


def test_damaged_fits_never_crashes(run: Run, tmp_path: Path) -> None:
    source = random.Random(5)
    columns = [
        fits.Column(name="a", format="PJ()", array=np.array([[1, 2, 3], [4]], dtype=object)),
        fits.Column(name="b", format="3A", array=["abc", "d"]),
        fits.Column(name="c", format="I", array=[1, 2], null=1),
        fits.Column(name="d", format="11X", array=np.ones((2, 11), bool)),
    ]
    whole = file_bytes(fits.BinTableHDU.from_columns(columns))
    fields: list[Field] = [("int", "*"), ("char", "3"), ("short", ""), ("bit", "11")]
    assert cells(run, tmp_path, fields, whole)[0] == ["1 2 3", "abc", "", "1" * 11]
    for _ in range(60):
        content = bytearray(whole)
        for _ in range(source.randrange(1, 5)):
            place = source.choice([source.randrange(2880, 2880 + 30 * 80), source.randrange(5760, 5820)])
            content[place] = source.choice(b"0123456789-PQJX'/ \xff")
        path = write(tmp_path / "in.xml", stream(fields, "FITS", bytes(content)))
        done = run("votcnv", "-f", "votb2", path)
        if done.status == 0:
            succeeded(done)
        else:
            refused(done)


# Written files.


def written(run: Run, tmp_path: Path, text: str) -> fits.HDUList:
    """What is written, after fitsverify found no fault with it."""
    source = write(tmp_path / "in.xml", text)
    succeeded(run("votcnv", "-f", "fits", "-o", "out.fits", source))
    path = tmp_path / "out.fits"
    verified = subprocess.run(["fitsverify", "-q", path], capture_output=True, text=True, check=False)
    assert "verification OK" in verified.stdout, verified.stdout
    assert path.stat().st_size % 2880 == 0
    return fits.open(path)


TYPES: list[tuple[Field, str, list[str]]] = [
    (("boolean", ""), "L", ["true", ""]),
    (("bit", "9"), "9X", ["101010101", "000000000"]),
    (("unsignedByte", ""), "B", ["0", ""]),
    (("short", "2"), "2I", ["1 -2", "3 4"]),
    (("int", "", "-1"), "J", ["7", "-1"]),
    (("long", ""), "K", ["9007199254740993", ""]),
    (("char", ""), "A", ["x", "y"]),
    (("char", "12"), "12A", ["abc", ""]),
    (("char", "*"), "7A", ["longest", "x"]),
    (("unicodeChar", "*"), "3A", ["abc", "d"]),
    (("float", ""), "E", ["1.5", ""]),
    (("double", "*"), "3D", ["1 2 3", "4"]),
    (("floatComplex", ""), "C", ["1 2", ""]),
    (("doubleComplex", ""), "M", ["1 2", "3 4"]),
    (("int", "2x2"), "4J", ["1 2 3 4", "5 6 7 8"]),
    (("short", "*"), "2I", ["1 2", "3"]),
]


def test_every_datatype_becomes_its_column(run: Run, tmp_path: Path) -> None:
    text = tabledata([field for field, _, _ in TYPES], zip(*(cells for _, _, cells in TYPES), strict=True))
    with written(run, tmp_path, text) as hdus:
        table = hdus[1]
        assert [column.format for column in table.columns] == [form for _, form, _ in TYPES]
        data = table.data
        header = table.header
        assert (header["EXTNAME"], header["NAXIS2"], header["TTYPE1"]) == ("made", 2, "c1")
        assert data["c2"].tolist() == [[True, False] * 4 + [True], [False] * 9]
        assert (header["TNULL3"], data["c3"].tolist()) == (1, [0, 1])
        assert data["c4"].tolist() == [[1, -2], [3, 4]]
        assert (header["TNULL5"], data["c5"].tolist()) == (-1, [7, -1])
        assert (header["TNULL6"], data["c6"].tolist()) == (-(2**63), [9007199254740993, -(2**63)])
        assert data["c8"].tolist() == ["abc", ""]
        assert data["c9"].tolist() == ["longest", "x"]
        assert data["c11"][0] == 1.5
        assert np.isnan(data["c11"][1])
        assert np.array_equal(data["c12"], [[1, 2, 3], [4, np.nan, np.nan]], equal_nan=True)
        assert data["c13"][0] == 1 + 2j
        assert data["c15"].tolist() == [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]
        assert data["c16"].tolist() == [[1, 2], [3, header["TNULL16"]]]


ROWS: list[tuple[Field, tuple[str, bytes], bytes]] = [  # a cell and its bytes, those of a cell without value
    (("short", "", "7"), ("1", b"\0\1"), b"\0\7"),
    (("char", "*"), ("ab", b"ab"), bytes(2)),
    (("boolean", "2"), ("T ?", b"T\0"), bytes(2)),
    (("float", ""), ("1.5", b"\x3f\xc0\0\0"), b"\x7f\xc0\0\0"),
    (("boolean", "*"), ("0 ?", b"F\0"), bytes(2)),
    (("unicodeChar", "*"), ("é😀", "é😀".encode()), bytes(6)),
    (("unsignedByte", ""), ("0", b"\0"), b"\1"),
    (("char", "2x*"), ("cd ", b"cd"), bytes(2)),  # the third blank fills a second string up
    (("bit", "*"), ("101", b"\xa0"), bytes(1)),
    (("short", "*"), ("0 -32768", b"\0\0\x80\0"), b"\x80\1" * 2),
    (("double", "", "-1"), ("2", b"\x40" + bytes(7)), b"\x7f\xf8" + bytes(6)),
]


def test_every_byte_of_rows_is_known_where_columns_of_fixed_and_of_any_size_alternate(run: Run, tmp_path: Path) -> None:
    text = tabledata([field for field, _, _ in ROWS], [[cell for _, (cell, _), _ in ROWS], [""] * len(ROWS)] * 3)
    path, binary = write(tmp_path / "in.xml", text), tmp_path / "binary2.xml"
    succeeded(run("votcnv", "-f", "votb2", "-o", binary, path))
    first, second = b"".join(value for _, (_, value), _ in ROWS), b"".join(nothing for _, _, nothing in ROWS)
    inside = second[:-8] + b"\xbf\xf0" + bytes(6)  # the null value of real numbers that the FIELD says
    for source in (path, binary):
        file = succeeded(run("votcnv", "-f", "fits", source)).stdout
        stored = stream_bytes(succeeded(run("votcnv", "-f", "votfits", source)).stdout)
        assert file[-2880:] == ((first + second) * 3).ljust(2880, b"\0")
        assert stored[-2880:] == ((first + inside) * 3).ljust(2880, b"\0")


def test_keywords_carry_identifiers_infos_and_params_even_from_behind_the_table(run: Run, tmp_path: Path) -> None:
    long_value = "it's " + "long " * 40 + "end"
    text = (
        tabledata([("int", ""), ("int", "")], [["1", "2"]])
        .replace(
            '<FIELD name="c1" datatype="int">', '<FIELD ID="f" name="" ucd="u.cd" utype="x:y" unit="m" datatype="int">'
        )
        .replace('name="made"', 'name="a?b"')
        .replace("<TABLE", f'<INFO name="first" value="{long_value}"/><PARAM name="p" datatype="int" value="3"/><TABLE')
        .replace("</TABLE>", '</TABLE><INFO ID="i2" name="QUERY_STATUS" value="OVERFLOW"/>')
    )
    with written(run, tmp_path, text) as hdus:
        header = hdus[1].header
        found = {key: header[key] for key in ("TTYPE1", "TUNIT1", "TID1", "TUCD1", "TUTYPE1", "TTYPE2", "EXTNAME")}
        assert found == {
            "TTYPE1": "col1",
            "TUNIT1": "m",
            "TID1": "f",
            "TUCD1": "u.cd",
            "TUTYPE1": "x:y",
            "TTYPE2": "c2",
            "EXTNAME": "ext2",
        }
        assert (header["INFNAM1"], header["INFVAL1"]) == ("first", long_value)
        assert (header["INFNAM2"], header["INFVAL2"], header["INFID2"]) == ("QUERY_STATUS", "OVERFLOW", "i2")
        assert (header["PARNAM1"], header["PARVAL1"]) == ("p", "3")


def test_each_table_is_an_extension_in_the_order_of_the_document(run: Run, tmp_path: Path) -> None:
    def table(name: str) -> str:
        return (
            f'<TABLE name="{name}"><FIELD name="a" datatype="int"/><DATA><TABLEDATA><TR><TD>1</TD></TR></TABLEDATA>'
            "</DATA></TABLE>"
        )

    text = (
        f'<VOTABLE version="1.4" xmlns="http://www.ivoa.net/xml/VOTable/v1.3"><RESOURCE>{table("one")}{table("two")}'
        f'<RESOURCE>{table("three")}</RESOURCE><TABLE name="empty"><FIELD name="a" datatype="int"/></TABLE></RESOURCE>'
        f"<RESOURCE>{table('four')}</RESOURCE></VOTABLE>"
    )
    with written(run, tmp_path, text) as hdus:
        assert [hdu.name for hdu in hdus] == ["PRIMARY", "one", "two", "three", "four"]


def test_strings_longer_than_their_arraysize_are_kept_whole(run: Run, tmp_path: Path) -> None:
    with written(run, tmp_path, tabledata([("char", "2"), ("char", "")], [["abcd", "xyz"]])) as hdus:
        assert hdus[1].data.tolist() == [["abcd", "xyz"]]


def test_a_table_without_rows_or_columns_is_an_extension(run: Run, tmp_path: Path) -> None:
    with written(run, tmp_path, tabledata([("int", ""), ("char", "*")], [])) as hdus:
        assert (hdus[1].header["NAXIS2"], hdus[1].header["TFORM2"]) == (0, "A")
    with written(run, tmp_path, tabledata([], [])) as hdus:
        assert hdus[1].header["TFIELDS"] == 0


def test_more_columns_than_fits_allows_are_refused(run: Run, tmp_path: Path) -> None:
    path = write(tmp_path / "in.xml", tabledata([("int", "")] * 1000, [["1"] * 1000]))
    done = run("votcnv", "-f", "fits", "-o", "out.fits", path)
    assert done.status == 1
    assert "1000 FIELDs, a FITS table at most 999" in done.stderr
    assert not (tmp_path / "out.fits").exists()


def test_a_wide_table_has_its_hundredth_utype_too(run: Run, tmp_path: Path) -> None:
    text = tabledata([("int", "")] * 120, [["1"] * 120]).replace('name="c110"', 'name="c110" utype="a:b"')
    with written(run, tmp_path, text) as hdus:
        assert hdus[1].header["TUTYPE110"] == "a:b"


def test_labels_longer_than_a_card_are_cut_so_that_the_file_can_be_read(run: Run, tmp_path: Path) -> None:
    text = tabledata([("int", ""), ("int", "")], [["1", "2"]])
    text = text.replace('name="c1"', f'name="{"n" * 67}\u00e9" unit="{"m" * 90}"').replace(
        'name="c2"', f'name="{"it&apos;s " * 30}" ucd="{"u" * 100}"'
    )
    path = write(tmp_path / "in.xml", text.replace('name="made"', f'name="{"t" * 90}"'))
    with fits.open(io.BytesIO(succeeded(run("votcnv", "-f", "fits", path)).stdout)) as hdus:
        header = hdus[1].header
        assert hdus[1].columns.names == ["n" * 67 + "?", ("it's " * 30)[:57]]
        assert (header["TUNIT1"], header["EXTNAME"]) == ("m" * 68, "t" * 68)
        assert header["TUCD2"] == "u" * 100
