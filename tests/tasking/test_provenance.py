"""Provenance: what is told of a run is so, and any reader of W3C PROV understands it."""

from __future__ import annotations

import getpass
import hashlib
import json
import os
import pickle
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prov.model import ProvActivity, ProvAgent, ProvAssociation, ProvDocument, ProvEntity, ProvGeneration, ProvUsage
from tasking.programs import in_new_interpreter, run_program, shell

import voclient
from voclient.cli import main
from voclient.tasking import OPset, Task, import_task
from voclient.tasking.storage import provenance

DESCRIPTOR = """\
task: copy
summary: Copy a file
executable: sh
arguments: [-c, 'cat "$1" > "$2" && echo copied', sh]
parameters:
  source: {type: path, argv: "{}", required: true}
  target: {type: path, argv: "{}"}
  data: {type: table, argv: "{}"}
  key: {secret: true, environment: KEY}
environment: {MODE: plain}
results:
  stdout: {format: text, key: said}
  files: [{path: "{target}", format: text, key: written}]
"""


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def read(result: OPset) -> ProvDocument:
    """The document as an independent reader has it; written by that reader, it is the same."""
    text = result.provenance.to_json()
    document = ProvDocument.deserialize(content=text, format="json")
    again = ProvDocument.deserialize(content=document.serialize(format="json"), format="json")
    assert document == again
    assert len(document.get_records()) == sum(len(part) for name, part in json.loads(text).items() if name != "prefix")
    return document


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Task:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "package.yaml").write_text("package: tools\nversion: '1.5'\nsummary: Tools\n")
    (tmp_path / "copy.yaml").write_text(DESCRIPTOR)
    (tmp_path / "in").write_bytes(b"content")
    return import_task("copy.yaml")


def test_it_says_what_ran_when_where_and_with_which_versions(copy: Task, tmp_path: Path) -> None:
    before = datetime.now(UTC)
    result = copy("in", "out")
    told = result.provenance
    assert (told["task"], told["argv"], told["returncode"], told["status"]) == (
        "tools.copy", result.argv, 0, "SUCCESS"
    )  # fmt: skip
    assert told["command"].startswith('sh -c \'cat "$1"')
    assert (told["folder"], told["host"], told["user"]) == (str(tmp_path), os.uname().nodename, getpass.getuser())
    assert before <= datetime.fromisoformat(told["started"]) <= datetime.fromisoformat(told["ended"])
    assert datetime.fromisoformat(told["ended"]) <= datetime.now(UTC)
    assert told["executor"] == "local"
    assert told["versions"] == {
        "voclient": voclient.__version__, "python": sys.version.split()[0], "tools": "1.5",
        "system": told["versions"]["system"],
    }  # fmt: skip
    assert told["program"]["sha256"] == digest(Path(result.argv[0]).read_bytes())
    assert repr(told) == f"<provenance of tools.copy: {told['command']} ({told['started']}, {told['host']})>"


def test_inputs_and_outputs_have_sizes_times_and_digests(copy: Task, tmp_path: Path) -> None:
    told = copy("in", "out").provenance
    ((source,), (stdout, target)) = told["inputs"], told["outputs"]
    assert (source["parameter"], source["path"], source["size"]) == ("source", str(tmp_path / "in"), 7)
    assert (target["parameter"], target["path"], target["size"]) == ("target", str(tmp_path / "out"), 7)
    assert source["sha256"] == target["sha256"] == digest(b"content")
    assert stdout == {"stream": "stdout", "size": 7, "sha256": digest(b"copied\n")}


def test_digests_are_computed_when_asked_for_and_never_of_a_file_that_has_changed(copy: Task) -> None:
    result = copy("in", "out")
    told = result.provenance
    assert dict(told._facts["inputs"][0]).keys() == {"parameter", "path", "size", "modified"}
    Path("in").write_bytes(b"something else")
    assert told["inputs"][0]["sha256"] is None
    assert result.provenance["inputs"][0]["size"] == 7
    assert told["outputs"][1]["sha256"] == digest(b"content")


def test_secrets_are_left_out(copy: Task) -> None:
    result = copy("in", "out", key="s3cret", env={"API_TOKEN": "t0ken", "PLAIN": "text"})
    told = result.provenance
    assert (told["environment"]["MODE"], told["environment"]["PLAIN"]) == ("plain", "text")
    assert not {"KEY", "API_TOKEN"} & set(told["environment"])
    text = told.to_json() + json.dumps(dict(told))
    assert "s3cret" not in text
    assert "t0ken" not in text


def test_tables_in_memory_and_urls_are_inputs(copy: Task) -> None:
    from astropy.table import Table

    result = copy("in", data=Table({"x": [1, 2]}))
    assert result.provenance["inputs"][1:] == [{"parameter": "data", "table": ["x"], "rows": 2}]
    result = copy("in", data="https://example.org/table.xml")
    assert result.provenance["inputs"][1:] == [{"url": "https://example.org/table.xml"}]
    assert len(list(read(result).get_records(ProvUsage))) == 2


def test_it_is_a_document_of_w3c_prov(copy: Task) -> None:
    result = copy("in", "out")
    document = read(result)
    (activity,) = document.get_records(ProvActivity)
    started = result.started
    assert started is not None
    assert (activity.get_startTime(), activity.get_endTime()) == (
        started, pytest.approx(started + timedelta(seconds=result.elapsed), abs=timedelta(milliseconds=1))
    )  # fmt: skip
    entities = list(document.get_records(ProvEntity))
    labels = {str(label) for entity in entities for label in entity.get_attribute("prov:label")}
    assert labels == {"in", "out", "stdout", "tools.copy"}
    assert len(list(document.get_records(ProvAgent))) == 3
    assert [len(list(document.get_records(kind))) for kind in (ProvUsage, ProvGeneration, ProvAssociation)] == [1, 2, 3]
    assert "wasAssociatedWith(" in document.get_provn()


def test_the_output_of_one_run_is_the_input_of_the_next(copy: Task) -> None:
    first, second = copy("in", "middle"), copy("middle", "out")
    generated = {entry["prov:entity"] for entry in first.provenance.to_prov()["wasGeneratedBy"].values()}
    used = {entry["prov:entity"] for entry in second.provenance.to_prov()["used"].values()}
    assert used < generated
    together = ProvDocument()
    for result in (first, second):
        together.update(read(result))
    assert len(list(together.unified().get_records(ProvActivity))) == 2


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(st.characters(exclude_characters="\0"), max_size=6), max_size=3))
def test_any_words_can_be_told(words: list[str]) -> None:
    words = [word.encode("utf-8", "replace").decode() for word in words]
    result = run_program("/bin/echo", *words)
    (activity,) = read(result).get_records(ProvActivity)
    (argv,) = activity.get_attribute("voclient:argv")
    assert json.loads(argv) == ["/bin/echo", *words]


def test_bytes_that_are_no_text_can_be_told(tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/\xff"
    Path(os.fsdecode(name)).write_text("x")
    result = run_program("/bin/cat", os.fsdecode(name))
    assert [os.fsencode(file["path"]) for file in result.provenance["inputs"]] == [name]
    assert json.loads(result.provenance.to_json())


@pytest.mark.parametrize("script", ["exit 3", "kill -9 $$"])
def test_failed_runs_have_one_too(script: str) -> None:
    result = shell(script)
    told = result.provenance
    assert (told["status"], told["returncode"], told["message"]) == ("ERROR", result.returncode, result.exitmsg)
    read(result)


def test_a_run_that_has_not_ended_tells_what_is_known() -> None:
    prepared = shell("echo a = 1", execute=False)
    assert (prepared.provenance["status"], prepared.provenance["started"]) == ("RUNNING", None)
    read(prepared)
    prepared.execute()
    assert prepared.provenance["status"] == "SUCCESS"


def test_copies_in_other_processes_tell_the_same(copy: Task, tmp_path: Path) -> None:
    result = copy("in", "out")
    script = "import sys, pickle; print(pickle.load(sys.stdin.buffer).provenance.to_json())"
    done = subprocess.run(
        [sys.executable, "-c", script], input=pickle.dumps(result), capture_output=True, check=True, cwd="/"
    )
    assert json.loads(done.stdout) == result.provenance.to_prov()


def test_a_run_from_the_cache_tells_the_run_it_stands_for(copy: Task) -> None:
    first, second = copy("in", "out", cache=True), copy("in", "out", cache=True)
    assert second.cached
    facts = dict(second.provenance)
    reused = datetime.fromisoformat(facts.pop("from_cache"))
    assert first.started is not None
    assert first.started < reused <= datetime.now(UTC)
    assert facts.pop("elapsed") == pytest.approx(first.elapsed, abs=0.01)
    assert facts == {name: value for name, value in first.provenance.items() if name != "elapsed"}
    assert len(list(read(second).get_records(ProvActivity))) == 2


def test_it_costs_nothing_when_it_is_not_asked_for() -> None:
    done = in_new_interpreter("shell('echo a = 1'); print([name for name in sys.modules if 'provenance' in name])")
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_the_command_writes_it_to_a_file_also_when_the_task_fails(copy: Task) -> None:
    assert main(["run", "--provenance", "run.json", "copy.yaml", "in", "out"]) == 0
    document = ProvDocument.deserialize("run.json", format="json")
    assert len(list(document.get_records(ProvGeneration))) == 2
    assert main(["run", "--provenance=run.json", "copy.yaml", "missing", "target=/no/such/folder/out"]) == 1
    (activity,) = ProvDocument.deserialize("run.json", format="json").get_records(ProvActivity)
    assert [str(status) for status in activity.get_attribute("voclient:status")] == ["ERROR"]


def test_a_file_that_cannot_be_written_is_one_line(copy: Task, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--provenance", "/no/such/folder/x", "copy.yaml", "in", "out"]) == 1
    told = capsys.readouterr().err
    assert told.startswith("voclient: /no/such/folder/x")
    assert told.count("\n") == 1


def test_what_a_file_is_like_is_nothing_when_it_is_missing(tmp_path: Path) -> None:
    assert provenance.describe_file(str(tmp_path / "missing")) == {}
