"""The example task in sh, C, Perl and Python: one OPset from all four, and a plain program without the framework."""

from __future__ import annotations

import fcntl
import json
import math
import os
import shutil
import struct
import subprocess
import termios
from pathlib import Path

import pytest

from voclient.tasking import Task, TaskParameterError, load_package
from voclient.tasking.packages.examples import run_example
from voclient.tasking.results.conformance import violations

from .programs import eventually, rule

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples" / "languages"
LANGUAGES = ("sh", "c", "perl", "python")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package, its C program compiled as its page says."""
    place = tmp_path_factory.mktemp("examples") / "languages"
    shutil.copytree(EXAMPLES, place)
    command = ["cc", "-Wall", "-Wextra", "-Werror", "-o", "bin/distances-c", "distances.c"]
    subprocess.run(command, cwd=place, check=True)
    return place


@pytest.fixture(params=LANGUAGES)
def program(request: pytest.FixtureRequest, folder: Path) -> Path:
    return folder / "bin" / f"distances-{request.param}"


@pytest.fixture(params=LANGUAGES)
def task(request: pytest.FixtureRequest, folder: Path) -> Task:
    found: Task = getattr(load_package(folder), f"distances_{request.param}")
    return found


def by_hand(
    program: Path, *words: str, channel: str | None = None, **more: object
) -> subprocess.CompletedProcess[bytes]:
    """Run it as from a shell, perhaps with something in the variable."""
    environment = {name: value for name, value in os.environ.items() if name != "VOCLIENT_OPSET_FD"}
    if channel is not None:
        environment["VOCLIENT_OPSET_FD"] = channel
    return subprocess.run([program, *words], capture_output=True, env=environment, check=False, **more)  # type: ignore[call-overload,no-any-return]


def spoken(program: Path, *words: str) -> tuple[subprocess.CompletedProcess[bytes], bytes]:
    """How it ended, and what it wrote on a channel that can hold it all."""
    reader, writer = os.pipe()
    with os.fdopen(reader, "rb") as file:
        try:
            done = by_hand(program, *words, channel=str(writer), pass_fds=[writer])
        finally:
            os.close(writer)
        return done, file.read()


def test_all_four_give_one_opset(task: Task) -> None:
    result = task([768.5, 0, -1, 100])
    assert result.exitstatus == result.SUCCESS
    assert result["parallax"] == [768.5, 0.0, -1.0, 100.0]
    assert result["distance"][:2] == [1000 / 768.5, math.inf]
    assert math.isnan(result["distance"][2])
    assert result["nearest"] == 1000 / 768.5
    assert (result.unit("nearest"), result.unit("distance"), result.unit("parallax")) == ("pc", "pc", "mas")
    assert result.progress == (1.0, "4 of 4")
    assert list(result) == ["parallax", "distance", "nearest"]


def test_what_came_before_an_error_stays(task: Task) -> None:
    result = task([768.5, math.nan])
    assert (result.exitstatus, result.returncode) == (result.ERROR, 1)
    assert result.exitmsg == "parallax 'nan' is no number (exit status 1)"
    assert result.stderr == "distances: parallax 'nan' is no number\n"
    assert result["parallax"] == [768.5]
    assert "nearest" not in result


def test_a_wrong_call_starts_no_program(task: Task) -> None:
    with pytest.raises(TaskParameterError, match=r"'x'.*is not a number"):
        task("x")


def test_the_examples_of_the_descriptors_hold(task: Task) -> None:
    (example,) = task.descriptor.examples
    assert run_example(task.descriptor, example) == []


@rule("L1", "L2", "L3", "T3")
def test_they_keep_the_standard_to_the_letter(program: Path) -> None:
    for words in (
        ["768.5", "0", "--1"],
        ["--", "-1"],
        ["1e3", ".5", "5.", "+7"],
        ["1", 'a "quoted" \\ \t word'],
        ["1", "\udcff\xe9"],
        [],
    ):
        done, lines = spoken(program, *words)
        assert lines.startswith(b'{"opset": 1}\n')
        assert list(violations(lines.splitlines(keepends=True))) == []
        assert (b'"error"' in lines) == (done.returncode == 1)


def test_the_word_in_an_error_arrives_as_it_was(folder: Path) -> None:
    languages = load_package(folder)
    descriptor = languages.distances_sh.descriptor
    (parallax,) = descriptor.parameters
    for language in LANGUAGES:
        known = getattr(languages, f"distances_{language}").descriptor
        task = Task(known._replace(parameters=(parallax._replace(type="string"),)))
        assert task('a "b" \\c').exitmsg == """parallax 'a "b" \\c' is no number (exit status 1)"""


def test_a_word_beyond_ascii_in_an_error_arrives_as_it_was_where_the_example_says_so(folder: Path) -> None:
    for language in ("sh", "perl", "python"):
        _, lines = spoken(folder / "bin" / f"distances-{language}", "V\u00e9ga \U0001f52d")
        assert json.loads(lines.splitlines()[-1]) == {"error": "parallax 'V\u00e9ga \U0001f52d' is no number"}


def test_by_hand_they_are_plain_programs_with_one_output(program: Path) -> None:
    done = by_hand(program, "768.5", "0", "100")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"768.5 1.3012\n0 Infinity\n100 10.0000\n", b"")
    done = by_hand(program, "--", "-1")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"-1 NaN\n", b"")
    done = by_hand(program, "1", "x")
    assert (done.returncode, done.stderr) == (1, b"distances: parallax 'x' is no number\n")


@rule("C3")
@pytest.mark.parametrize("words", [["768.5", "0"], ["1", "x"], []])
def test_output_and_exit_status_are_the_same_with_a_channel_and_without(program: Path, words: list[str]) -> None:
    alone, (beside, lines) = by_hand(program, *words), spoken(program, *words)
    assert lines
    assert (alone.returncode, alone.stdout, alone.stderr) == (beside.returncode, beside.stdout, beside.stderr)


@rule("C2")
@pytest.mark.parametrize(
    "value", ["", "x", "-3", "0", "1", "2", "3x", " 3", "3.0", "77", "1e1", "99999999999999999999"]
)
def test_a_variable_that_names_no_channel_is_none(program: Path, value: str) -> None:
    done = by_hand(program, "100", channel=value)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"100 10.0000\n", b"")


@rule("C2")
def test_a_descriptor_that_cannot_be_written_is_no_channel(program: Path) -> None:
    with open(os.devnull, "rb") as file:
        done = by_hand(program, "100", channel=str(file.fileno()), pass_fds=[file.fileno()])
    assert (done.returncode, done.stdout, done.stderr) == (0, b"100 10.0000\n", b"")


@rule("C4")
def test_a_reader_that_went_away_does_not_end_them(program: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = by_hand(program, "100", "50", channel=str(writer), pass_fds=[writer])
    os.close(writer)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"100 10.0000\n50 20.0000\n", b"")


@rule("C4")
def test_a_full_channel_that_does_not_block_is_waited_for(program: Path) -> None:
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
    os.set_blocking(writer, False)
    environment = {**os.environ, "VOCLIENT_OPSET_FD": str(writer)}
    words = ["100"] * 60
    with (
        subprocess.Popen([program, *words], stdout=subprocess.DEVNULL, env=environment, pass_fds=[writer]) as process,
        os.fdopen(reader, "rb") as file,
    ):
        os.close(writer)

        def held() -> int:
            return int(struct.unpack("i", fcntl.ioctl(file.fileno(), termios.FIONREAD, b"\0\0\0\0"))[0])

        assert eventually(lambda: held() > 3900 or process.poll() is not None)
        assert process.poll() is None
        lines = file.read()
    assert process.returncode == 0
    assert lines.count(b'"row"') == len(words)
    assert list(violations(lines.splitlines(keepends=True))) == []


@rule("T1", "T2")
def test_lines_come_in_order_with_the_output_the_first_before_it(program: Path) -> None:
    reader, writer = os.pipe()
    environment = {**os.environ, "VOCLIENT_OPSET_FD": str(writer)}
    with os.fdopen(reader, "rb") as file:
        subprocess.run([program, "100", "50"], stdout=writer, env=environment, pass_fds=[writer], check=True)
        os.close(writer)
        lines = file.read().splitlines()
    assert lines[0] == b'{"opset": 1}'
    rows = [place for place, line in enumerate(lines) if line.startswith(b'{"row"')]
    assert rows[0] < lines.index(b"50 20.0000")
