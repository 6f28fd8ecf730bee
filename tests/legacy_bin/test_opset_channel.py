"""The OPset channel: JSON lines on the descriptor that VOCLIENT_OPSET_FD names (cli/opset.c)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from typing import Any

import pytest


def channel_on(descriptor: int) -> dict[str, Any]:
    """What subprocess needs so that this descriptor is the program's channel."""
    return {"pass_fds": [descriptor], "env": {**os.environ, "VOCLIENT_OPSET_FD": str(descriptor)}}


def talk(program, *arguments: str, stdin: bytes = b"") -> tuple[subprocess.CompletedProcess[bytes], list[dict]]:
    """Run a program with a channel: how it ended, and the lines it wrote there."""
    reader, writer = os.pipe()
    got = bytearray()

    def read() -> None:
        while part := os.read(reader, 1 << 16):
            got.extend(part)

    thread = threading.Thread(target=read)
    thread.start()
    try:
        done = subprocess.run(
            [program, *arguments],
            input=stdin,
            capture_output=True,
            check=False,
            **channel_on(writer),
        )
    finally:
        os.close(writer)
        thread.join()
        os.close(reader)
    text = bytes(got).decode("utf-8", "strict")
    assert text == "" or text.endswith("\n")
    return done, [json.loads(line) for line in text.splitlines()]


def test_the_first_line_names_the_channel_whatever_happens_then(trial):
    for words in ([], ["-h"], ["--bogus"], ["--test"]):
        assert talk(trial, *words)[1][0] == {"opset": 1}


def test_values_arrive_typed_and_as_valid_utf8(trial):
    lines = talk(trial, "--plan=opset")[1]
    assert lines[1:] == [
        {"key": "text", "value": 'q"b\\n\nt\t\ufffd\ufffd\ufffd€\ufffd\ufffd\ufffd end'},
        {"key": "integer", "value": -(2**63)},
        {"key": "double", "value": 0.1, "unit": "deg"},
        {"key": "nan", "value": "NaN"},
        {"key": "infinity", "value": "-Infinity"},
        {"key": "null", "value": None},
        {"key": "nested", "value": [{'a"b': [], "c": 2.5}, {}, None, ""]},
        {"progress": 0.5, "text": "half"},
        {"progress": None},
        {"error": "bad"},
    ]


def test_errors_are_told_there_too(trial):
    done, lines = talk(trial, "--plan=fail", "x")
    assert done.returncode == 1
    assert lines[1:] == [{"error": "Error: planned, on \x1b[31m'x'"}]
    assert talk(trial, "--bogus")[1][1:] == [{"error": "trial: unrecognized option '--bogus'"}]


def test_every_row_arrives(trial):
    done, lines = talk(trial, "--plan=rows")
    assert done.returncode == 0
    assert lines[1:] == [{"row": {"number": number}} for number in range(100000)]
    assert done.stdout.count(b"\n") == 100000


def test_standard_output_is_the_same_with_and_without_the_channel(trial):
    words = ["-f", "csv", "--plan=opset", "x"]
    assert talk(trial, *words)[0].stdout == subprocess.run([trial, *words], capture_output=True, check=True).stdout


def test_a_row_arrives_while_the_tool_goes_on(trial):
    reader, writer = os.pipe()
    pipe = subprocess.PIPE
    with (
        subprocess.Popen([trial, "--plan=slow"], stdin=pipe, stdout=pipe, **channel_on(writer)) as process,
        os.fdopen(reader) as channel,
    ):
        os.close(writer)
        assert json.loads(channel.readline()) == {"opset": 1}
        for number in range(3):
            assert json.loads(channel.readline()) == {"row": {"number": number}}
            assert process.stdout.readline() == f"{number}\n".encode()
            process.stdin.write(b".")
            process.stdin.flush()
        assert channel.readline() == ""
    assert process.returncode == 0


@pytest.mark.parametrize("value", ["", "x", "-1", "0", "1", "2", "3x", "77", "99999999999999999999", "1e3"])
def test_a_wrong_channel_is_no_channel(trial, run_program, value):
    done = run_program(trial, "-n", "--plan=opset", env={"VOCLIENT_OPSET_FD": value})
    assert (done.status, done.stdout, done.stderr) == (0, b"noheader\n", "")


def test_a_channel_that_cannot_be_written_is_no_channel(trial):
    with open(os.devnull, "rb") as readable:
        options = channel_on(readable.fileno())
        done = subprocess.run([trial, "-n", "--plan=opset"], capture_output=True, check=False, **options)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"noheader\n", b"")


def test_a_reader_that_goes_away_does_not_end_the_tool(trial):
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run([trial, "--plan=rows"], capture_output=True, check=False, **channel_on(writer))
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.endswith(b"99999\n")


def test_a_slow_reader_with_a_non_blocking_pipe_loses_nothing(trial):
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    script = "import sys, time; time.sleep(0.3); print(len(sys.stdin.readlines()))"
    with subprocess.Popen([sys.executable, "-c", script], stdin=reader, stdout=subprocess.PIPE) as slow:
        os.close(reader)
        done = subprocess.run([trial, "--plan=rows"], capture_output=True, check=False, **channel_on(writer))
        os.close(writer)
        count = int(slow.stdout.read())
    assert (done.returncode, count) == (0, 100001)


@pytest.mark.parametrize(
    ("name", "reason"),
    [("missing.xml", "openVOTable(): Invalid input arg 'missing.xml'"), ("bad.xml", "mismatched tag at line ")],
)
def test_an_input_error_is_told_with_input_and_reason(bindir, inputs, monkeypatch, name, reason):
    monkeypatch.chdir(inputs)
    done, lines = talk(bindir / "votinfo", name)
    assert done.returncode == 1
    assert lines[-1]["error"].startswith(f"Error opening VOTable '{name}': {reason}")
