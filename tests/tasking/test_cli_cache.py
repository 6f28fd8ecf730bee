"""`voclient cache` as typed."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from voclient.cli import main
from voclient.tasking import cache

Capture = pytest.CaptureFixture[str]


def test_list_tells_age_use_size_kind_and_name(capsys: Capture) -> None:
    cache.put("a key\twith a tab", b"x" * 1500)
    assert main(["cache", "list"]) == 0
    age, used, *rest = capsys.readouterr().out.rstrip("\n").split("\t")
    assert rest == ["1.5 KB", "file", "a key with a tab"]
    assert (age[-1], used[-1]) == ("s", "s")


def test_list_as_json_has_times_and_digests(capsys: Capture) -> None:
    cache.put("one", b"content")
    cache.put("two", b"content")
    assert main(["cache", "list", "o*", "--json"]) == 0
    (entry,) = json.loads(capsys.readouterr().out)
    assert set(entry) == {"kind", "title", "size", "created", "used", "files"}
    assert (entry["kind"], entry["title"], entry["size"]) == ("file", "one", 7)
    assert main(["cache", "list", "--older", "1h", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_size_and_path_are_told(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOCLIENT_CACHE_SIZE", "2 MB")
    cache.put("one", b"content")
    assert [main(["cache", "size"]), main(["cache", "path"])] == [0, 0]
    assert capsys.readouterr().out == f"7 B of 2.0 MB\n{cache.folder()}\n"
    assert [main(["cache", "size", "--json"]), main(["cache", "path", "--json"])] == [0, 0]
    size, path = map(json.loads, capsys.readouterr().out.splitlines())
    assert (size, path) == ({"size": 7, "limit": 2_000_000}, {"path": str(cache.folder())})


def test_an_empty_cache_is_no_error_and_makes_no_folder(capsys: Capture) -> None:
    for action in ("list", "size", "path", "verify"):
        assert main(["cache", action]) == 0
    assert capsys.readouterr().err == ""
    assert not cache.folder().exists()


def test_verify_says_what_was_damaged_and_fails(capsys: Capture) -> None:
    path = cache.put("one", b"content")
    assert main(["cache", "verify"]) == 0
    assert capsys.readouterr().out == "1 checked, 0 damaged, 0 left over\n"
    os.chmod(path, 0o600)
    path.write_bytes(b"Content")
    assert main(["cache", "verify"]) == 1
    told = capsys.readouterr()
    assert told.out == "1 checked, 1 damaged, 0 left over\n"
    assert told.err.startswith("voclient: one: its object ")
    assert told.err.endswith("… has been changed (removed)\n")


def test_clear_removes_by_pattern_or_everything(capsys: Capture) -> None:
    for name in ("one", "two", "three"):
        cache.put(name, name.encode())
    assert main(["cache", "clear", "t*", "--older", "1d"]) == 0
    assert main(["cache", "clear", "tw*"]) == 0
    assert main(["cache", "clear", "--json"]) == 0
    assert capsys.readouterr().out == '0 entries removed\n1 entry removed\n{"removed": 2}\n'
    assert main(["cache", "clear", "no*"]) == 1
    assert capsys.readouterr().err == "voclient: nothing in the cache matches 'no*'\n"


def test_a_damaged_index_is_told_in_one_line_and_cleared(capsys: Capture) -> None:
    cache.put("one", b"content")
    (cache.folder() / "index.sqlite").write_bytes(b"nonsense" * 1000)
    assert main(["cache", "list"]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "`voclient cache clear` makes a new one" in told
    assert [main(["cache", "clear"]), main(["cache", "list"])] == [0, 0]


def test_a_run_is_taken_from_the_cache(capsys: Capture, show_arguments: Path, tmp_path: Path) -> None:
    descriptor = tmp_path / "show.yaml"
    descriptor.write_text(
        f"task: show\nsummary: Words\nexecutable: {show_arguments}\n"
        "parameters: {words: {repeated: true, argv: '{}'}}\n"
        "results: {stdout: {format: json, keys: {argv: list}}}\n"
    )
    words = [str(descriptor), "one word", "two"]
    for options in (["--cache"], ["--cache"], ["--cache=1d"], ["--cache=refresh"]):
        assert main(["run", *options, *words]) == 0
    assert capsys.readouterr().out == 'argv\t["one word", "two"]\n' * 4
    assert main(["cache", "list", "show"]) == 0
    assert capsys.readouterr().out.split("\t")[2:] == ["30 B", "show", "show-arguments 'one word' two\n"]
    assert main(["run", "--cache=soon", *words]) == 2
    assert "task control 'cache' cannot be 'soon'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "the following arguments are required: ACTION"),
        (["lists"], "argument ACTION: invalid choice: 'lists'"),
        (["verify", "x"], "verify takes no pattern"),
        (["size", "--older", "1d"], "size takes no --older"),
        (["clear", "--older", "soon"], "--older cannot be 'soon': an age is a number and s, min, h, d, w or y"),
    ],
)
def test_a_wrong_use_is_one_line(words: list[str], message: str, capsys: Capture) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["cache", *words])
    told = capsys.readouterr().err
    assert (ended.value.code, told.count("\n")) == (2, 1)
    assert message in told


def test_actions_tasks_and_options_are_completed(capsys: Capture) -> None:
    assert main(["complete", "cache", "", "--", "cl"]) == 0
    assert main(["complete", "cache", "clear", "", "--", "vosesa"]) == 0
    assert main(["complete", "cache", "list", "", "--", "--o"]) == 0
    assert capsys.readouterr().out.split() == ["clear", "vosesame", "--older"]
