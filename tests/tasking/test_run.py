"""One run: what the program gets, what is read of it, and who is told."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from tasking.programs import python, run_program, shell

from voclient.tasking.descriptors.descriptor import Key, Results, Section
from voclient.tasking.errors import TaskError, TaskParameterError
from voclient.tasking.executors import local

CHANNEL = 'say() {{ echo "$1" > /dev/fd/$VOCLIENT_OPSET_FD; }}; {}'


def channel(script: str) -> str:
    """A shell script that can `say` a line on the OPset channel."""
    return CHANNEL.format(script)


# What the program gets.


def test_arguments_are_never_interpreted() -> None:
    words = ["a  b", 'it\'s "q"', "a; echo pwned", "$HOME", "*", "", "\u00e9\u2609", "a\nb", "-n"]
    result = run_program(sys.executable, "-c", "import json, sys; print(json.dumps(sys.argv[1:]))", *words)
    assert json.loads(result.stdout) == words


def test_an_argument_with_a_null_character_is_refused() -> None:
    with pytest.raises(TaskParameterError, match="null"):
        run_program("/bin/echo", "a\0b")


def test_the_environment_is_ours_and_what_was_added() -> None:
    result = shell("echo a = 1; echo $VOCLIENT_TEST_ONE $HOME", env={"VOCLIENT_TEST_ONE": "one \u00e9"})
    assert result.stdout == f"a = 1\none \u00e9 {os.environ['HOME']}\n"
    assert "VOCLIENT_TEST_ONE" not in os.environ


def test_the_program_runs_in_the_working_directory_asked_for(tmp_path: Path) -> None:
    assert shell("echo a = 1; pwd", cwd=tmp_path).stdout == f"a = 1\n{tmp_path}\n"


def test_a_file_for_standard_input_is_sought_in_the_working_directory(tmp_path: Path) -> None:
    (tmp_path / "in").write_text("a = 7")
    assert run_program("/bin/cat", stdin="in", cwd=tmp_path)["a"] == 7
    assert run_program("/bin/cat", stdin=str(tmp_path / "in"), cwd="/")["a"] == 7
    assert run_program("/bin/cat", stdin="in", cwd=tmp_path, cache=True)["a"] == 7
    (tmp_path / "in").write_text("a = 8")
    assert run_program("/bin/cat", stdin="in", cwd=tmp_path, cache=True)["a"] == 8


def test_a_program_named_by_a_relative_path_is_ours_whatever_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool = tmp_path / "tool"
    tool.write_text("#!/bin/sh\necho a = 1\n")
    tool.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    result = run_program("./tool", cwd="/")
    assert (result["a"], result.argv[0]) == (1, str(tool))


def test_standard_input_is_empty_unless_given() -> None:
    assert shell("cat; echo a = 1").stdout == "a = 1\n"
    assert shell("cat", stdin=b"a = 2\n")["a"] == 2


def test_standard_input_can_be_a_file(tmp_path: Path) -> None:
    path = tmp_path / "input"
    path.write_text("a = 3\n")
    assert shell("cat", stdin=str(path))["a"] == 3
    with pytest.raises(TaskParameterError, match="missing"):
        shell("cat", stdin=str(tmp_path / "missing"))


def test_no_file_descriptors_are_inherited_but_those_meant_for_it(tmp_path: Path) -> None:
    secret = os.open(tmp_path, os.O_RDONLY)
    os.set_inheritable(secret, True)
    staged = os.memfd_create("staged")
    os.write(staged, b"a = 5\n")
    try:
        listing = python(
            "import os; names = os.listdir('/proc/self/fd')\n"
            "print(sorted(int(name) for name in names if os.path.exists('/proc/self/fd/' + name)))\n"
            f"assert os.pread({staged}, 9, 0) == b'a = 5\\n', 'staged'; print(os.environ['VOCLIENT_OPSET_FD'])",
            descriptors=(staged,),
            results=Results(),
        )
        assert listing.exitstatus == listing.SUCCESS, listing.stderr
        inherited, number = listing.stdout.splitlines()
        assert inherited == str([0, 1, 2, *sorted([staged, int(number)])])
    finally:
        os.close(secret)
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(staged)  # closed by the run


def test_the_program_leads_a_session_of_its_own() -> None:
    result = python("import os; print('a =', int(os.getsid(0) == os.getpgid(0) == os.getpid()))")
    assert result["a"] == 1


# What is read of it.


def test_a_program_that_announces_itself_gives_its_keys_on_the_channel_only() -> None:
    result = shell(channel("""say '{"opset": 1}'; echo a = 1; say '{"key": "b", "value": 7.5, "unit": "m"}'"""))
    assert dict(result) == {"b": 7.5}
    assert result.unit("b") == "m"
    assert result.stdout == "a = 1\n"


def test_a_program_that_knows_no_channel_is_parsed() -> None:
    assert dict(shell("echo a = 1")) == {"a": 1}


def test_the_last_words_on_the_channel_are_heard() -> None:
    result = shell(channel("""say '{"opset": 1}'; exec >&- 2>&-; sleep 0.1; say '{"key": "b", "value": 1}'"""))
    assert result["b"] == 1.0


def test_the_programs_own_error_is_the_message() -> None:
    result = shell(channel("""say '{"opset": 1}'; say '{"error": "no such object"}'; echo noise >&2; exit 1"""))
    assert result.exitmsg == "no such object (exit status 1)"


def test_progress_is_told() -> None:
    result = shell(channel("""say '{"opset": 1}'; say '{"progress": 0.5, "text": "half"}'"""))
    assert result.progress == (0.5, "half")


def test_output_that_is_not_as_declared_makes_an_error_with_its_line() -> None:
    result = shell("echo a = one")
    assert result.exitstatus == result.ERROR
    assert "one" in result.exitmsg
    assert result.stdout == "a = one\n"


def test_row_keys_have_one_value_a_row() -> None:
    results = Results(stdout=Section("csv", header=False, columns=("x",), keys=(Key("x", "float", array=True),)))
    result = run_program("/usr/bin/seq", "100000", results=results)
    assert (len(result["x"]), float(result["x"].sum())) == (100000, 5000050000.0)


# Who is told.


def test_callbacks_of_a_synchronous_run_are_called_in_the_callers_thread_in_order() -> None:
    seen: list[object] = []
    shell("echo a = 1; echo b = 2", callback=lambda key, value: seen.append((key, value, threading.get_ident())))
    here = threading.get_ident()
    assert seen == [("a", 1, here), ("b", 2.0, here)]


def test_callbacks_of_an_asynchronous_run_are_called_in_another_thread_before_wait_returns() -> None:
    seen: list[object] = []
    result = shell(
        "for i in 1 2 3; do echo a = $i; done",
        async_=True,
        callback=lambda key, value: seen.append((key, value, threading.current_thread().name)),
    )
    result.wait()
    assert [entry[2] for entry in seen] == ["voclient-callbacks"] * len(seen)  # type: ignore[index]
    assert seen[-1][:2] == ("a", 3)  # type: ignore[index]


def test_callbacks_can_be_chosen_by_patterns_of_keys() -> None:
    all_of_them: list[str] = []
    some: list[str] = []
    shell(
        "echo a = 1; echo b = 2",
        callback={"*": lambda key, value: all_of_them.append(key), "b*": lambda key, value: some.append(key)},
    )
    assert (all_of_them, some) == (["a", "b"], ["b"])


@pytest.mark.parametrize("async_", [False, True])
def test_an_exception_of_a_callback_stops_callbacks_not_the_run_and_is_raised_once(async_: bool) -> None:
    calls: list[str] = []

    def callback(key: str, value: object) -> None:
        calls.append(key)
        raise ZeroDivisionError("mine")

    result = shell("echo a = 1; echo b = 2", async_=async_, execute=False, callback=callback)
    with pytest.raises(ZeroDivisionError):
        result.execute().wait()
    assert result.wait()
    assert calls == ["a"]
    assert dict(result) == {"a": 1, "b": 2.0}
    assert result.exitstatus == result.SUCCESS


def test_a_callback_cannot_wait_for_its_own_synchronous_run_but_can_abort_it() -> None:
    refused: list[TaskError] = []

    def callback(key: str, value: object) -> None:
        try:
            result.wait()
        except TaskError as error:
            refused.append(error)
        result.abort()

    result = shell("echo a = 1; sleep 60", execute=False, callback=callback)
    result.execute()
    assert result.exitstatus == result.ABORTED
    assert len(refused) == 1


def test_a_callback_of_an_asynchronous_run_may_run_other_tasks_and_wait_for_them() -> None:
    inner: list[int] = []

    def callback(key: str, value: object) -> None:
        other = shell("echo a = 2", async_=True, callback=lambda key, value: None)
        other.wait(30)
        inner.append(other["a"])

    shell("echo a = 1", async_=True, callback=callback).wait(60)
    assert inner == [2]


def test_an_abort_from_another_thread_ends_a_synchronous_run() -> None:
    started = threading.Event()
    result = shell("echo a = 1; sleep 60", execute=False, callback=lambda key, value: started.set())
    runner = threading.Thread(target=result.execute)
    runner.start()
    assert started.wait(30)
    result.abort()
    runner.join(30)
    assert result.exitstatus == result.ABORTED


def test_a_synchronous_call_does_not_wait_for_a_slot() -> None:
    busy = [shell("exec sleep 60", async_=True) for _ in range(local.process_limit() + 1)]
    assert shell("echo a = 1")["a"] == 1
    for result in busy:
        result.abort()


# What it says of itself.


def test_a_line_is_logged_at_start_and_end_without_the_environment(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "voclient"):
        shell("echo a = 1", env={"VOCLIENT_PASSWORD": "hush"})
    assert [record.name for record in caplog.records] == ["voclient", "voclient"]
    assert "start" in caplog.text
    assert "SUCCESS" in caplog.text
    assert "hush" not in caplog.text


def test_the_modules_of_running_load_nothing_heavy() -> None:
    heavy = ["asyncio", "logging", "numpy", "tempfile", "astropy", "yaml"]
    script = f"import sys, voclient.tasking.running.run; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
