"""vosesame: the worked examples of its manual, options, layouts, exit statuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from archive.fixture import RunningArchive

    from ..conftest import Finished

Sesame = Callable[..., "Finished"]


@pytest.fixture
def vosesame(run: Callable[..., Finished], archive: RunningArchive, tmp_path: Path) -> Sesame:
    """vosesame with its service in the archive and an empty home."""

    def run_it(*arguments: str, env: dict[str, str] | None = None, **more: object) -> Finished:
        return run("vosesame", *arguments, env={**archive.environment, "HOME": str(tmp_path), **(env or {})}, **more)

    return run_it


WORKED = [
    (["m31"], "10.684708 41.268750\n"),
    (["-st", "m31", "m51"], "00:42:44.33 +41:16:07.5 AGN\n13:29:52.70 +47:11:42.9 Sy2\n"),
    (["-Ta", "m31"], "m31\t00:42:44.33\t+41:16:07.5\t10.684708\t41.268750\t7.000000\t7.000000\tAGN\n"),
    (["-sd", "-p", "12:30:0.0,-45:00:0.0"], "12:30:0.0 -45:00:0.0 187.500000 -45.000000\n"),
    (["-dents", "-p", "187.5,2.05"], "187.500000 2.050000 0.0 0.0 UserCoord Unknown 12:30:00.0 02:03:00.0\n"),
    (["-Ca", "-p", "187.5,-2.05"], "UserCoord,12:30:00.0 -02:03:00.0,187.500000,-2.050000,0.0,0.0,Unknown\n"),
    (["-a", "-p", "187.5,-2.05"], "   UserCoord  12:30:00.0 -02:03:00.0 187.50000  -2.05000 0.0 0.0 Unknown\n"),
    (
        ["-CHndt", "m31", "m51"],
        "#Name,DRA,DDEC,Type,\nm31,10.684708,41.268750,AGN\nm51,202.469575,47.195258,Sy2\n",
    ),
]


@pytest.mark.parametrize(("arguments", "expected"), WORKED, ids=[" ".join(case[0]) for case in WORKED])
def test_worked_examples_come_out_byte_for_byte(vosesame: Sesame, arguments: list[str], expected: str) -> None:
    done = vosesame(*arguments)
    assert (done.status, done.text, done.stderr) == (0, expected, "")


def test_names_from_stdin_are_answered_and_failures_counted(vosesame: Sesame) -> None:
    done = vosesame("-nd", stdin="m31\nno such thing\n")
    assert done.text == "m31 10.684708 41.268750\n"
    assert done.stderr == "Warning: cannot resolve target/access file 'no such thing'\n"
    assert done.status == 1


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["-e", "vega"], "16.820000 22.020000\n"),
        (["-dnt", "m31"], "10.684708 41.268750 m31 AGN\n"),
        (["-s", "-t", "m31"], "00:42:44.33 +41:16:07.5 AGN\n"),
        (["-nn", "m31"], "m31 m31\n"),
        (["--error", "m31"], "7.000000 7.000000\n"),
        (["-Cs", "m31"], "00:42:44.33,+41:16:07.5\n"),
        (["--csv", "-n", "-d", "m31"], "m31,10.684708,41.268750\n"),
        (["tab+", "-nt", "m31"], "m31\tAGN\n"),
        (["-C", "-A", "-nt", "m31"], "m31 AGN\n"),
        (["-a", "m31"], "         m31 00:42:44.33 +41:16:07.5  10.68471  41.26875    7.0    7.0 AGN\n"),
        (["-a", "format-", "m31"], "m31 00:42:44.33 +41:16:07.5 10.684708 41.268750 7.000000 7.000000 AGN\n"),
        (
            ["-aH", "format=0", "m83"],
            "# Name RA DEC DRA DDEC RAerr DECerr Type\n"
            "m83 13:37:00.95 -29:51:55.5 204.253958 -29.865417 8.100000 7.900000 AGN\n",
        ),
        (["-a", "η Car"], "       η Car 10:45:03.55 -59:41:04.1 161.26477 -59.68448   11.1   11.0 Em*\n"),
        (["-n", "PSR B1919+21"], "PSR B1919 21\n"),
        (["-sT", "-p", "0.5,-0.25"], "00:02:00.0\t-00:15:00.0\n"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_fields_separators_and_widths(vosesame: Sesame, arguments: list[str], expected: str) -> None:
    assert vosesame(*arguments).text == expected


def test_header_of_all_fields(vosesame: Sesame) -> None:
    padded = "#       Name     RA          DEC       DRA       DDEC   RAerr  DECerr Type"
    assert vosesame("-aH", "m31").lines[0] == padded
    assert vosesame("-CaH", "m31").lines[0] == "# Name,RA,DEC,DRA,DDEC,RAerr,DECerr,Type"


def test_header_of_single_fields_has_a_separator_behind_each(vosesame: Sesame) -> None:
    assert vosesame("-CHdenst", "m31").lines[0] == "#DRA,DDEC,RAerr,DECerr,Name,RA,DEC,Type,"


def test_header_comes_only_when_the_first_name_resolves(vosesame: Sesame) -> None:
    assert vosesame("-Hn", "m31", "no such thing").lines == ["#Name ", "m31"]
    assert vosesame("-Hn", "no such thing", "m31").lines == ["m31"]


def test_exit_status_is_the_number_of_names_not_resolved(vosesame: Sesame) -> None:
    done = vosesame("m31", "no such thing", "neither this", "m51")
    assert done.status == 2
    assert len(done.lines) == 2
    assert done.stderr.splitlines() == [
        "Warning: Cannot resolve target 'no such thing'",
        "Warning: Cannot resolve target 'neither this'",
    ]
    assert vosesame(*(f"nothing {n}" for n in range(130)), "-q").status == 125


def test_quiet_says_nothing_and_verbose_undoes_it(vosesame: Sesame) -> None:
    assert vosesame("-q", "no such thing").stderr == ""
    assert "Cannot resolve" in vosesame("-q", "-v", "no such thing").stderr


def test_verbose_tells_what_the_service_said(vosesame: Sesame) -> None:
    assert "Warning: 'several': Multiple objects: 12 matches" in vosesame("-v", "several").stderr


def test_a_field_is_taken_back(vosesame: Sesame) -> None:
    assert vosesame("-nd", "name-", "m31").text == "10.684708 41.268750\n"
    assert vosesame("-tnt", "--type=no", "-s", "-p", "187.5,2.05").text == "UserCoord 12:30:00.0 02:03:00.0\n"
    assert vosesame("-n", "name=0", "name+", "m31").text == "m31\n"


def test_invert_prints_only_the_names_that_are_not_resolved(vosesame: Sesame) -> None:
    done = vosesame("-iq", "m31", "no such thing", "-p", "1,2", "m51", "nor this")
    assert done.lines == ["no such thing", "nor this"]
    assert done.status == 2


def test_files_of_names_are_read_line_by_line(vosesame: Sesame, tmp_path: Path) -> None:
    (tmp_path / "list").write_bytes(b"m31\r\n\n  # a comment\n  ngc 4258  \nm51")
    assert vosesame("-n", "list").lines == ["m31", "ngc 4258", "m51"]
    assert vosesame("-n", "@list", "m83").lines == ["m31", "ngc 4258", "m51", "m83"]


def test_a_file_wins_over_a_name_unless_it_is_forced(vosesame: Sesame, tmp_path: Path) -> None:
    (tmp_path / "m31").write_text("m51\n")
    assert vosesame("-n", "m31").lines == ["m51"]
    assert vosesame("-n", "name:m31").lines == ["m31"]
    assert vosesame("-n", "--", "m31").lines == ["m31"]
    (tmp_path / "m83").mkdir()
    assert vosesame("-n", "m83").lines == ["m83"]


def test_a_missing_list_is_an_error(vosesame: Sesame) -> None:
    done = vosesame("-n", "m31", "@nowhere", "m51")
    assert done.lines == ["m31", "m51"]
    assert done.stderr == "Cannot access target file 'nowhere'\n"
    assert done.status == 1


def test_positions_and_names_come_in_the_order_of_the_command_line(vosesame: Sesame) -> None:
    assert vosesame("m31", "-p", "1,2", "m51", "-n").lines == ["m31", "UserCoord", "m51"]


@pytest.mark.parametrize(
    ("position", "expected"),
    [
        ("12:30:00,02:03:00", "187.500000 2.050000 12:30:00 02:03:00"),
        ("187.5,-0.0001", "187.500000 -0.000100 12:30:00.0 -00:00:00.4"),
        ("359.9999999,89.9999999", "360.000000 90.000000 00:00:00.0 90:00:00.0"),
        ("14.9999,59.99999", "14.999900 59.999990 01:00:00.0 60:00:00.0"),
        ("-p=10.684708333,+41.26875", "10.684708 41.268750 00:42:44.3 41:16:07.5"),
        (" 12:30 , -45 ", "187.500000 -45.000000 12:30 -45:00:00.0"),
        ("12.5,1e1", "12.500000 10.000000 00:50:00.0 10:00:00.0"),
    ],
)
def test_positions_are_converted(vosesame: Sesame, position: str, expected: str) -> None:
    arguments = [position] if position.startswith("-p=") else ["-p", position]
    assert vosesame("-ds", *arguments).lines == [expected]


@pytest.mark.parametrize("position", ["187.5", "1,x", ",", "1:60:0,2", "1:2:3:4,5", "12h30m,5", "1,2,3", "", "nan,1"])
def test_a_position_that_is_none_is_an_error(vosesame: Sesame, position: str) -> None:
    done = vosesame("-p", position)
    assert (done.status, done.text, done.stderr) == (1, "", "ERROR: Invalid '-p' syntax\n")


@pytest.mark.parametrize("position", ["361,0", "0,91", "-1,0", "25:00:00,0"])
def test_a_position_out_of_range_is_an_error(vosesame: Sesame, position: str) -> None:
    done = vosesame("-p", position)
    assert done.status == 1
    assert "out of range" in done.stderr


def test_converting_needs_no_network(vosesame: Sesame, archive: RunningArchive) -> None:
    assert vosesame("-p", "1,2", env={"VOC_SESAME_URL": "http://127.0.0.1:1/none"}).status == 0
    assert archive.log() == []


def test_result_goes_to_a_file(vosesame: Sesame, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("something longer than what comes\n" * 9)
    assert vosesame("-o", "out", "m31").text == ""
    assert (tmp_path / "out").read_text() == "10.684708 41.268750\n"
    done = vosesame("-o", "no/such/folder", "m31")
    assert (done.status, done.stderr) == (1, "Cannot open file 'no/such/folder'\n")


def test_nothing_to_do_is_said(vosesame: Sesame) -> None:
    done = vosesame(stdin="")
    assert (done.status, done.text, done.stderr) == (0, "", "Warning: No target name specified.\n")


def test_json_is_an_array_of_objects(vosesame: Sesame) -> None:
    rows = json.loads(vosesame("--fmt", "json", "ngc 4258", 'no "such" thing', "η Car").text)
    assert [row["name"] for row in rows] == ["ngc 4258", "η Car"]
    assert rows[0] == {
        "name": "ngc 4258", "ra": 184.7396033, "dec": 47.3039789, "ra_error": 0.5, "dec_error": 0.4,
        "type": "Sy2", "ra_hms": "12:18:57.50", "dec_dms": "+47:18:14.3",
    }  # fmt: skip
    assert json.loads(vosesame("--fmt=json", "no such thing").text) == []


def test_votable_is_read_by_others(vosesame: Sesame, tmp_path: Path) -> None:
    import subprocess

    from astropy.table import Table

    assert vosesame("--fmt", "votable", "-o", "out.xml", "m31", "η Car").status == 0
    table = Table.read(tmp_path / "out.xml", format="votable")
    assert list(table["name"]) == ["m31", "η Car"]
    assert table["ra"][0] == 10.684708
    assert str(table["ra"].unit) == "deg"
    lint = subprocess.run(["stilts", "votlint", tmp_path / "out.xml"], capture_output=True, text=True, check=True)
    assert lint.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--fmt", "html", "m31"], "Error: invalid format 'html' (votable or json)"),
        (["--resolver", "X", "m31"], "Error: invalid resolver 'X' (letters S, N, V and A)"),
        (["--fmt", "json", "-i", "m31"], "Error: --fmt and --invert exclude each other"),
    ],
)
def test_wrong_values_are_refused(vosesame: Sesame, arguments: list[str], message: str) -> None:
    done = vosesame(*arguments)
    assert (done.status, done.text, done.stderr) == (1, "", message + "\n")
