"""Finished runs as data: pickled, copied, stored as JSON, and read where they did not run."""

from __future__ import annotations

import copy
import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
from tasking.programs import open_files, python, run_program, shell

from voclient.tasking.descriptors.descriptor import Key, Results, Section
from voclient.tasking.errors import TaskExecutionError
from voclient.tasking.opset import OPset
from voclient.tasking.running.capture import IN_MEMORY, CapturedOutput
from voclient.tasking.running.portable import pack, unpack

ROWS = Results(
    stdout=Section(
        "csv",
        header=False,
        columns=("x", "y"),
        keys=(Key("x", "float", unit="deg", array=True), Key("y"), Key("table", "table")),
    )
)
STARS = Path(__file__).parents[1] / "legacy_bin" / "golden" / "inputs" / "stars.xml"


def in_another_process(result: object, expression: str, folder: Path) -> object:
    """The value of an expression of `r`, the pickled thing, in a new interpreter that runs in another folder."""
    paths = [os.path.abspath(path) for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
    script = f"import json, pickle, sys; r = pickle.load(sys.stdin.buffer); print(json.dumps([{expression}]))"
    done = subprocess.run(
        [sys.executable, "-c", script],
        input=pickle.dumps(result),
        capture_output=True,
        check=False,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
    )
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def test_a_finished_one_can_be_pickled_with_its_values_facts_and_output() -> None:
    result = shell("echo a = 1; echo hello >&2; exit 3")
    result["note"] = {"mine": (1, 2)}
    again = pickle.loads(pickle.dumps(result))
    assert isinstance(again, OPset)
    assert dict(again) == {"a": 1, "note": {"mine": (1, 2)}}
    for fact in (
        "argv",
        "parameters",
        "cached",
        "stdout",
        "stderr",
        "exitmsg",
        "exitstatus",
        "returncode",
        "started",
        "progress",
    ):
        assert getattr(again, fact) == getattr(result, fact), fact
    assert again.elapsed == pytest.approx(result.elapsed)
    assert repr(again) == repr(result)
    assert again.wait()
    again.abort()
    again.close()
    assert again.exitstatus == again.ERROR
    with pytest.raises(KeyError, match="'b' is missing: sh: hello"):
        again["b"]


def test_the_error_of_a_failed_run_pickles_with_its_result() -> None:
    with pytest.raises(TaskExecutionError) as caught:
        shell("echo a = 1; exit 3", check=True)
    again = pickle.loads(pickle.dumps(caught.value))
    assert again.result["a"] == 1
    with pytest.raises(TaskExecutionError):
        again.result.check()


def test_rows_units_arrays_and_the_table_of_rows_travel(tmp_path: Path) -> None:
    result = shell("echo 1,p; echo nan,q; echo -2.5,r", results=ROWS)
    expression = "r['y'], r['x'][2], r.unit('x'), len(r['table']), str(r['table']['x'].unit)"
    assert in_another_process(result, expression, tmp_path) == [["p", "q", "r"], -2.5, "deg", 3, "deg"]
    again = pickle.loads(pickle.dumps(result))
    assert [key for key, _ in again.stream()] == ["x", "y"] * 3


def test_one_row_of_one_plain_value_stays_a_plain_value() -> None:
    for many in (False, True):
        record = run_program("/bin/echo", "1,p", results=ROWS)._record
        record.contents._many = many
        value = pickle.loads(pickle.dumps(OPset.of(record)))["y"]
        assert value == (["p"] if many else "p")


def test_a_large_output_travels_though_it_was_in_a_file(tmp_path: Path) -> None:
    size = 3 * IN_MEMORY
    result = python(f"import sys; sys.stdout.write('x' * {size} + 'end')")
    assert in_another_process(result, "len(r.stdout), r.stdout[-5:], r.stderr", tmp_path) == [size + 3, "xxend", ""]
    again = pickle.loads(pickle.dumps(result))
    assert again.stdout_bytes == result.stdout_bytes
    files = len(open_files())
    again.close()
    assert len(open_files()) == files - 1


def test_what_a_closed_one_has_no_more_is_told_also_by_its_copies() -> None:
    result = python(f"print('x' * {2 * IN_MEMORY})")
    result.close()
    for again in (pickle.loads(pickle.dumps(result)), copy.copy(result), copy.deepcopy(result)):
        with pytest.raises(ValueError, match="are gone: the result was closed"):
            again.stdout_bytes  # noqa: B018


def test_a_table_is_read_from_the_output_that_travelled_or_from_its_file(tmp_path: Path) -> None:
    results = Results(
        stdout=Section("votable", keys=(Key("table", "table"),)),
        files=(
            Section("votable", keys=(Key("copy", "table"), Key("path", "path")), path="copy.xml"),
            Section("text", keys=(Key("texts", "text"),), path="*.txt"),
        ),
    )
    script = f"cat {STARS}; cp {STARS} copy.xml; echo one > 1.txt; echo two > 2.txt"
    result = shell(script, results=results, cwd=tmp_path)
    result["table"]  # opened here: what is sent is the output, not the table
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    expression = "len(r['table']), len(r['copy']), str(r['path']), r['texts']"
    expected = [5, 5, str(tmp_path / "copy.xml"), ["one\n", "two\n"]]
    assert in_another_process(result, expression, elsewhere) == expected
    assert b"astropy" not in pickle.dumps(result)


def test_a_relative_file_is_the_same_after_a_change_of_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    results = Results(files=(Section("text", keys=(Key("text", "text"), Key("path", "path")), path="out.txt"),))
    monkeypatch.chdir(tmp_path)
    result = shell("echo hello > out.txt", results=results)
    again = pickle.loads(pickle.dumps(result))
    monkeypatch.chdir("/")
    assert result["path"] == Path("out.txt")
    assert again["path"] == tmp_path / "out.txt"
    assert result["text"] == again["text"] == "hello\n"


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_copies_are_changed_and_closed_on_their_own(copied) -> None:  # type: ignore[no-untyped-def]
    result = python(f"print('x' * {2 * IN_MEMORY})", results=Results(stdout=Section("text", key="text")))
    again = copied(result)
    result["note"] = 1
    result.close()
    assert "note" not in again
    assert len(again["text"]) == len(again.stdout) == 2 * IN_MEMORY + 1
    again.close()


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, pickle.dumps])
def test_one_that_runs_or_is_prepared_cannot_be_copied(copied) -> None:  # type: ignore[no-untyped-def]
    with shell("sleep 60", async_=True) as result, pytest.raises(TypeError, match="sh: a run that has not ended"):
        copied(result)
    with pytest.raises(TypeError, match="sh: a run that has not ended"):
        copied(shell("true", execute=False))


def test_a_finished_run_is_stored_as_json_beside_its_output_and_read_back(tmp_path: Path) -> None:
    result = python(f"print('1,p\\nnan,q'); import sys; sys.stderr.write('e' * {2 * IN_MEMORY})", results=ROWS)
    record = result._record
    (tmp_path / "run.json").write_text(json.dumps(pack(record)))
    (tmp_path / "out").write_bytes(record.stdout.read())
    (tmp_path / "err").write_bytes(record.stderr.read())
    state = json.loads((tmp_path / "run.json").read_text())
    again = OPset.of(
        unpack(
            state,
            record.descriptor,
            stdout=CapturedOutput.of_file(tmp_path / "out"),
            stderr=CapturedOutput.of_file(tmp_path / "err"),
        )
    )
    (tmp_path / "err").unlink()
    assert (again.stdout, len(again.stderr)) == (result.stdout, 2 * IN_MEMORY)
    assert again["y"] == ["p", "q"]
    assert again["x"].tolist()[0] == 1
    assert again.exitstatus == again.SUCCESS
    again.close()


def test_the_data_of_another_version_or_task_is_refused() -> None:
    record = shell("echo a = 1")._record
    other = run_program("/bin/echo")._record.descriptor
    outputs = {"stdout": CapturedOutput(), "stderr": CapturedOutput()}
    with pytest.raises(ValueError, match="version 99"):
        unpack({**pack(record), "version": 99}, record.descriptor, **outputs)
    with pytest.raises(ValueError, match="of sh, not of echo"):
        unpack(pack(record), other, **outputs)
