"""The fast lane and expat alone tell the same of every document: events, cells, line numbers, errors."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from .broken_documents import write_changed
from .golden_case import INPUTS

GOLDEN_DOCUMENTS = sorted(INPUTS.glob("*.xml"))
EXPAT_ONLY = {"VOT_NO_LANE": "1"}


def tell(program: Path, folder: Path, names: list[str], *options: str, env: dict[str, str] | None = None) -> list[str]:
    """What the reader tells of each file; it must not crash, nor displease a sanitizer."""
    environment = {**os.environ, **(env or {})}
    done = subprocess.run([program, *options, *names], cwd=folder, env=environment, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b""), done.stderr[-4000:].decode(errors="replace")
    told = re.split("^== ", done.stdout.decode(errors="backslashreplace"), flags=re.MULTILINE)[1:]
    assert len(told) == len(names)
    return told


def assert_lanes_agree(program: Path, folder: Path, names: list[str]) -> list[str]:
    whole = tell(program, folder, names, env=EXPAT_ONLY)
    skipped = tell(program, folder, names, "-s", env=EXPAT_ONLY)
    for options, expected in [
        ([], whole),
        (["-p", "1"], whole),
        (["-p", "13"], whole),
        (["-s"], skipped),
        (["-s", "-p", "17"], skipped),
    ]:
        for name, got, wanted in zip(names, tell(program, folder, names, *options), expected, strict=True):
            assert got == wanted, f"{folder / name} with {options}"
    return whole


def test_both_lanes_tell_the_same_of_every_golden_input(reader_trial: Path, tmp_path: Path) -> None:
    shutil.copytree(INPUTS, tmp_path, dirs_exist_ok=True)
    told = assert_lanes_agree(reader_trial, tmp_path, [path.name for path in GOLDEN_DOCUMENTS])
    assert sum("row `" in text for text in told) > 20


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_both_lanes_tell_the_same_of_changed_documents(reader_trial: Path, tmp_path: Path, seed: int) -> None:
    shutil.copy(INPUTS / "enc.fits", tmp_path)
    sources = [path for path in GOLDEN_DOCUMENTS if path.stat().st_size < 5000]
    names = write_changed(sources, tmp_path, 300, seed)
    told = assert_lanes_agree(reader_trial, tmp_path, names)
    errors = sum("\nerror " in text for text in told)
    assert 50 < errors < 250  # neither all spoilt nor all harmless


def test_what_stands_before_an_error_is_told_whoever_finds_it(reader_trial: Path, tmp_path: Path) -> None:
    """expat goes on behind a CDATA section where it is asked to pause, as far as it has been given text."""
    (tmp_path / "doc.xml").write_text("<VOTABLE><RESOURCE>a><![CDATA[b]]></TD></RESOURCE></VOTABLE>")
    (told,) = assert_lanes_agree(reader_trial, tmp_path, ["doc.xml"])
    assert "b" in told.splitlines()[-2]
    assert "mismatched tag" in told


def test_nothing_is_told_of_what_is_no_votable(reader_trial: Path, tmp_path: Path) -> None:
    """The end of an empty element comes even when its start was refused."""
    (tmp_path / "doc.xml").write_text("<TABLE/>")
    (told,) = assert_lanes_agree(reader_trial, tmp_path, ["doc.xml"])
    assert [line.split()[0] for line in told.splitlines()[1:]] == ["error"]


def rows_document(rows: str) -> str:
    fields = '<FIELD name="a" datatype="char" arraysize="*"/><FIELD name="b" datatype="char" arraysize="*"/>'
    return f"<VOTABLE><RESOURCE><TABLE>{fields}<DATA><TABLEDATA>{rows}</TABLEDATA></DATA></TABLE></RESOURCE></VOTABLE>"


@pytest.mark.parametrize(
    "odd",
    [
        '<TR ID="r"><TD>x</TD></TR>',
        "<tr><td>x</td></tr>",
        "<TR><TD><![CDATA[x]]></TD></TR>",
        "<TR><!-- > --><TD>&#233;</TD></TR>",
        "<TR><TD>" + "x" * 600_000 + "</TD></TR>",
        "<TR>" + "<TD>x</TD>" * 100_000 + "</TR>",
        "<TR><TD>a\r\nb\rc</TD></TR>",
    ],
    ids=["attribute", "lower case", "CDATA", "comment", "larger than the window", "too many cells", "carriage returns"],
)
def test_the_lane_takes_over_again_after_an_odd_row(reader_trial: Path, tmp_path: Path, odd: str) -> None:
    plain = "".join(f"<TR><TD>{i}</TD><TD>é &amp; {i}</TD></TR>\n" for i in range(30_000))  # more than one window
    (tmp_path / "odd.xml").write_text(rows_document(plain + odd + plain), encoding="utf-8")
    lane = tell(reader_trial, tmp_path, ["odd.xml"])
    assert lane == tell(reader_trial, tmp_path, ["odd.xml"], env=EXPAT_ONLY)
    assert "rows end 60001\n" in lane[0]


def test_an_error_behind_many_rows_is_told_with_its_line(reader_trial: Path, tmp_path: Path) -> None:
    rows = "<TR><TD>1</TD>\r\n<TD>2</TD></TR>\n" * 20_000 + "<TR><TD>\n&bad</TD></TR>"
    (tmp_path / "late.xml").write_text(rows_document(rows), newline="")
    for environment in ({}, EXPAT_ONLY):
        told = tell(reader_trial, tmp_path, ["late.xml"], env=environment)[0]
        assert told.endswith("error 1 not well-formed (invalid token) at line 40002\n")


ROWS = [
    "<TR><TD>a</TD><TD>b</TD></TR>",
    "<TR><TD></TD><TD>é ]] ] 'x' \"y\"\tz\n</TD></TR>",
    "<TR><TD>a > b</TD><TD/>    </TR>",  # as long as if it were plain, and as many `>`
    "<TR><TD>a</TD>\n<TD>b</TD></TR>",
    "<TR> <TD>a</TD><TD>b</TD></TR>",
    "<TR><TD>a</TD><TD>b</TD> </TR>",
    "<TR><TD>&lt;&amp;&gt;</TD><TD>&quot;</TD></TR>",
    "<TR><TD>one too few</TD></TR>",
    "<TR><TD>one</TD><TD>too</TD><TD>many</TD></TR>",
    "<TR><TD>\r</TD><TD>\r\n</TD></TR>",
    "<TR><TD>&#13;</TD><TD><![CDATA[<]]></TD></TR>",
    "<TR></TR>",
    "<TR/>",
    *(f"<TR><TD>{'x' * length}</TD><TD>{end}</TD></TR>" for length in (4057, 4058, 70_000) for end in ("y", ">")),
]


def test_rows_are_written_the_same_whichever_lane_has_read_them(bindir: Path, tmp_path: Path) -> None:
    document = rows_document("\n".join(ROWS))
    for name, text in [
        ("doc.xml", document),
        ("prefix.xml", document.replace("TABLE", "v:TABLE").replace("v:TABLEDATA", "TABLEDATA")),
        ("none.xml", re.sub("<FIELD[^>]*>", "", document)),
    ]:
        (tmp_path / name).write_text(text, encoding="utf-8", newline="")
    shutil.copytree(INPUTS, tmp_path, dirs_exist_ok=True)
    names = ["doc.xml", "prefix.xml", "none.xml", *(path.name for path in GOLDEN_DOCUMENTS)]
    for command in (["votcnv"], ["votcnv", "-i", "1"], ["votcat", "-i", "0", "doc.xml"]):
        for name in names:
            lane, expat = (
                subprocess.run(
                    [bindir / command[0], *command[1:], name],
                    cwd=tmp_path, env={**os.environ, **environment}, capture_output=True, check=False,
                )
                for environment in ({}, EXPAT_ONLY)
            )  # fmt: skip
            assert (lane.returncode, lane.stdout, lane.stderr) == (expat.returncode, expat.stdout, expat.stderr)
