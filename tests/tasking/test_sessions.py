"""Sessions: one interactive program, many calls, and what happens when it dies, hangs, or is left."""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pexpect
import pytest
from tasking.programs import eventually, in_new_interpreter, is_alive, open_files, shell

from voclient.tasking import Task, TaskError, TaskParameterError, load_descriptor
from voclient.tasking.errors import DescriptorError, TaskExecutionError, TaskTimeoutError
from voclient.tasking.executors import local
from voclient.tasking.running import dialogue

Maker = Callable[..., Task]
SHELL = r"""
import os, signal, sys, time
def interrupted(*_):
    raise KeyboardInterrupt
def ask():
    sys.stdout.write('ready> '); sys.stdout.flush()
    return sys.stdin.readline()
while line := ask():
    word, _, rest = line.strip().partition(' ')
    try:
        if word == 'say': print('said =', rest)
        elif word == 'pid': print('pid =', os.getpid())
        elif word == 'sleep': print('going = on', flush=True); time.sleep(float(rest)); print('slept = yes')
        elif word == 'die': print('last words', flush=True); os.kill(os.getpid(), signal.SIGKILL)
        elif word == 'leave': sys.exit(int(rest))
        elif word == 'deaf': signal.signal(signal.SIGINT, signal.SIG_IGN); time.sleep(60)
        elif word == 'more': sys.stdout.write('more> '); sys.stdout.flush(); sys.stdin.readline()
        elif word == 'many': [print('n = %d' % i) for i in range(int(rest))]
        elif word == 'child': print('child =', os.spawnlp(os.P_NOWAIT, 'sleep', 'sleep', '60'))
        elif word == 'quit': open(rest, 'w').close(); break
        else: print('error: no word', word)
    except KeyboardInterrupt: print('stopped')
"""
WORDS = r"""
task: words
summary: A program for tests
executable: ./words
parameters:
  line: {required: true}
  secret: {secret: true}
session:
  prompt: 'ready> '
  command: ["{line}", "say {secret}"]
  error: '^error: (.*)'
results:
  stdout:
    format: keyword
    rows: false
    keys: {said: string, pid: int, going: string, slept: string, n: int, child: int}
"""


pytestmark = pytest.mark.usefixtures("nothing_left_of_sessions")


@pytest.fixture
def words(tmp_path: Path) -> Maker:
    """`words(old=new)`: the task of the program above, with changes of its descriptor."""

    def make(*changes: tuple[str, str], program: str = SHELL) -> Task:
        (tmp_path / "words").write_text(f"#!{sys.executable}\n{program}")
        (tmp_path / "words").chmod(0o755)
        text = WORDS
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        (tmp_path / "words.yaml").write_text(text)
        return Task(load_descriptor(tmp_path / "words.yaml"))

    return make


# Calls.


def test_one_process_serves_many_calls_and_each_has_its_own_result(words: Maker) -> None:
    with words().session() as session:
        first, second = session("say one"), session(line="say two")
        assert (first["said"], second["said"]) == ("one", "two")
        assert session("pid")["pid"] == session("pid")["pid"]
        assert first.stdout == "said = one\n"
        assert first.exitstatus == first.SUCCESS
    assert not session.alive


def test_a_plain_call_is_a_session_of_one_call(words: Maker) -> None:
    task = words()
    assert task("say hello")["said"] == "hello"
    run = task("say later", async_=True)
    assert run.check()["said"] == "later"


def test_a_failure_that_the_program_tells_is_an_error_and_the_session_goes_on(words: Maker) -> None:
    with words().session() as session:
        failed = session("sing")
        assert (failed.exitstatus, failed.exitmsg) == (failed.ERROR, "no word sing")
        with pytest.raises(TaskExecutionError, match="no word sing"):
            session("sing", check=True)
        assert session("say it")["said"] == "it"


def test_values_arrive_while_the_program_still_works(words: Maker) -> None:
    with words().session() as session:
        run = session("sleep 0.3", async_=True)
        assert run.wait_for("going", 30) == "on"
        assert run.exitstatus == run.RUNNING
        assert list(run.stream()) == [("going", "on"), ("slept", "yes")]


def test_callbacks_are_called_before_a_synchronous_call_returns(words: Maker) -> None:
    seen: list[object] = []
    with words().session() as session:
        session("say x", callback=lambda key, value: seen.append((key, value)))
    assert seen == [("said", "x")]


def test_a_call_can_be_awaited(words: Maker) -> None:
    async def talk() -> object:
        with words().session() as session:
            result = await session("say x", async_=True)
            return result["said"]

    assert asyncio.run(talk()) == "x"


def test_asynchronous_calls_of_many_threads_are_served_in_turn(words: Maker) -> None:
    wrong: list[object] = []
    with words().session() as session:

        def work(number: int) -> None:
            for i in range(20):
                if session(f"say {number}-{i}")["said"] != f"{number}-{i}":
                    wrong.append(number)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
        for thread in threads:
            thread.start()
        runs = [session(f"say {i}", async_=True) for i in range(20)]
        assert [run.check()["said"] for run in runs] == [str(i) for i in range(20)]
        for thread in threads:
            thread.join(60)
    assert wrong == []


def test_a_thousand_calls_open_no_files_and_make_no_threads(words: Maker) -> None:
    with words().session() as session:
        session("say 0")
        files, threads = len(open_files()), threading.active_count()
        pids = {session("pid")["pid"] for _ in range(1000)}
        assert len(pids) == 1
        assert (len(open_files()), threading.active_count()) == (files, threads)


def test_a_long_answer_and_a_long_command_arrive_whole(words: Maker) -> None:
    with words().session() as session:
        many = session("many 100000")
        assert many["n"] == 99999
        assert len(many.stdout.splitlines()) == 100000
        long = "x" * 300_000
        assert session(f"say {long}")["said"] == long


def test_a_session_takes_no_place_among_the_asynchronous_runs(words: Maker) -> None:
    task = words()
    sessions = [task.session().start() for _ in range(local.process_limit() + 1)]
    assert shell("echo a = 1", async_=True).wait(60)
    for session in sessions:
        session.close()


def test_lines_of_parameters_that_are_left_out_are_not_typed(words: Maker) -> None:
    with words().session() as session:
        result = session("say a", secret="hunter2")
        assert result.stdout == "said = a\nsaid = hunter2\n"
        assert "hunter2" not in f"{result!r} {result.argv} {result._record.parameters}"


# Death.


def test_a_call_during_which_the_program_dies_is_an_error_and_the_next_begins_anew(words: Maker) -> None:
    with words().session() as session:
        first = session("pid")["pid"]
        dead = session("die")
        assert dead.exitstatus == dead.ERROR
        assert dead.exitmsg.startswith("the program of the session ended (last words: ")
        assert "SIGKILL" in dead.exitmsg
        assert session("pid")["pid"] != first
        assert "exit status 3" in session("leave 3").exitmsg
        assert session("say again")["said"] == "again"


def test_calls_that_wait_when_it_dies_are_served_by_the_next_process(words: Maker) -> None:
    with words().session() as session:
        runs = [session(line, async_=True) for line in ("sleep 0.1", "die", "say one", "die", "say two")]
        for run in runs:
            run.wait(60)
        assert [run.exitstatus.name for run in runs] == ["SUCCESS", "ERROR", "SUCCESS", "ERROR", "SUCCESS"]


def test_a_session_need_not_begin_anew(words: Maker) -> None:
    with words(("  error:", "  restart: false\n  error:")).session() as session:
        runs = [session(line, async_=True) for line in ("die", "say one")]
        assert [run.wait(60) and run.exitstatus.name for run in runs] == ["ERROR", "ERROR"]
        assert eventually(lambda: not session.alive)
        with pytest.raises(TaskError, match="not begun again"):
            session("say two")


def test_a_program_that_ends_before_its_first_prompt_is_an_error_that_says_why(words: Maker) -> None:
    task = words(program="import sys; sys.exit('no licence')")
    session = task.session()
    with pytest.raises(TaskError, match=r"ended before its first prompt \(no licence: exit status 1\)"):
        session.start()
    assert "no licence" in session("say x").exitmsg
    runs = [session("say x", async_=True) for _ in range(3)]
    assert all("no licence" in (run.wait(60) and run.exitmsg) for run in runs)
    session.close()


def test_a_prompt_that_does_not_come_ends_the_start(words: Maker) -> None:
    task = words(("results:", "prompt_timeout: 0.2\nresults:"), program="input()")
    with pytest.raises(TaskError, match=r"its prompt has not come in 0\.2 s"), task.session():
        raise AssertionError("it has no prompt")


def test_a_missing_program_raises(words: Maker, tmp_path: Path) -> None:
    task = words()
    (tmp_path / "words").unlink()
    with pytest.raises(TaskError, match="no program"):
        task.session().start()
    with pytest.raises(TaskError, match="no program"):
        task.session()("say x")


# Limits and interrupts.


def test_a_command_that_is_not_complete_does_not_wait_for_ever_and_one_that_computes_is_left_alone(
    words: Maker,
) -> None:
    with words().session() as session:
        session._conversation._patience = 0.2
        pid = session("pid")["pid"]
        assert session("sleep 1")["slept"] == "yes"
        result = session("more")
        assert result.exitstatus == result.ERROR
        assert result.exitmsg == "the command is not complete: the program waits for more, at 'more>'"
        assert session("pid")["pid"] == pid, "it was interrupted, and goes on"


def test_a_question_before_the_first_prompt_that_takes_no_answer_ends_the_start(
    words: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialogue, "REPEATS", 3)
    task = words(
        ("results:", "prompts:\n- {expect: 'Sure\\?', answer: 'yes', repeated: true}\nresults:"),
        program="while True: print('Sure? ', end='', flush=True); input()",
    )
    with pytest.raises(TaskError, match=r"it asks 'Sure\?' again and again"):
        task.session().start()


def test_at_its_limit_a_call_is_interrupted_and_the_session_goes_on(words: Maker) -> None:
    with words().session(timeout=60) as session:
        pid = session("pid")["pid"]
        late = session("sleep 60", timeout=1)
        assert (late.exitstatus, late.exitmsg) == (late.TIMEOUT, "ended at its time limit of 1 s")
        assert late["going"] == "on"
        assert session("pid")["pid"] == pid
        with pytest.raises(TaskTimeoutError):
            session("sleep 60", timeout=0.1, check=True)


def test_a_program_that_is_deaf_to_the_interrupt_is_ended_and_started_anew(words: Maker) -> None:
    with words().session() as session:
        pid = session("pid")["pid"]
        late = session("deaf", timeout=0.1)
        assert late.exitstatus == late.TIMEOUT
        assert session("pid")["pid"] != pid
        assert not is_alive(pid)


def test_a_call_is_aborted_alone(words: Maker) -> None:
    with words().session() as session:
        pid = session("pid")["pid"]
        run, waiting = session("sleep 60", async_=True), session("say never", async_=True)
        run.wait_for("going", 30)
        waiting.abort()
        run.abort()
        assert (run.exitstatus, waiting.exitstatus) == (run.ABORTED, run.ABORTED)
        assert session("pid")["pid"] == pid


def test_a_call_whose_result_is_dropped_is_interrupted(words: Maker) -> None:
    with words().session() as session:
        session("sleep 60", async_=True)
        gc.collect()
        assert session("say next", timeout=30)["said"] == "next"


def test_ctrl_c_interrupts_the_call_and_the_session_goes_on(words: Maker) -> None:
    file = words().descriptor.place.file
    done = in_new_interpreter(f"""
        from voclient.tasking import import_task
        with import_task({file!r}).session() as session:
            pid = session("pid")["pid"]
            stop = lambda *_: threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT)).start()
            try:
                session("sleep 60", callback={{"going": stop}})
            except KeyboardInterrupt:
                print("interrupted", session("pid")["pid"] == pid)
    """)
    assert (done.stdout, done.stderr) == ("interrupted True\n", "")


# The end.


def test_the_program_is_told_to_quit_in_its_own_way(words: Maker, tmp_path: Path) -> None:
    with words(("  error:", f"  quit: quit {tmp_path}/left\n  error:")).session() as session:
        session("say x")
    assert (tmp_path / "left").exists()


def test_the_end_ends_the_whole_group_and_what_goes_on(words: Maker) -> None:
    with words().session() as session:
        child = session("child")["child"]
        run, waiting = session("sleep 60", async_=True), session("say x", async_=True)
    assert (run.exitstatus, waiting.exitstatus) == (run.ABORTED, run.ABORTED)
    assert not is_alive(child)
    with pytest.raises(TaskError, match="the session was closed"):
        session("say x")
    session.close()


def test_a_program_that_will_not_quit_is_ended(words: Maker) -> None:
    with words(("  error:", "  quit: sleep 60\n  error:")).session() as session:
        pid = session("pid")["pid"]
    assert not is_alive(pid)


def test_a_program_that_lets_go_of_its_terminal_does_not_hold_a_call(words: Maker) -> None:
    with words(program=SHELL.replace("if word == 'say'", "if word == 'gone': [os.close(i) for i in (0, 1, 2)]; "
                                     "signal.pause()\n        elif word == 'say'")).session() as session:  # fmt: skip
        assert session("gone", timeout=0.2).exitstatus.name == "TIMEOUT"
        assert session("say again")["said"] == "again"


def test_a_session_that_is_dropped_ends(words: Maker) -> None:
    session = words().session()
    pid = session("pid")["pid"]
    del session
    gc.collect()
    assert eventually(lambda: not is_alive(pid))


def test_nothing_outlives_the_interpreter(words: Maker) -> None:
    file = words().descriptor.place.file
    done = in_new_interpreter(f"""
        from voclient.tasking import import_task
        session = import_task({file!r}).session()
        print(session("pid")["pid"])
        run = session("sleep 60", async_=True)
    """)
    assert (done.returncode, done.stderr) == (0, "")
    assert not is_alive(int(done.stdout))


def test_after_a_fork_each_has_a_program_of_its_own(words: Maker) -> None:
    file = words().descriptor.place.file
    done = in_new_interpreter(f"""
        from voclient.tasking import import_task
        with import_task({file!r}).session() as session:
            pid = session("pid")["pid"]
            run = session("sleep 0.5", async_=True)
            child = os.fork()
            if child == 0:
                own = session("pid")["pid"]
                ok = own != pid and session("pid")["pid"] == own
                session.close()
                os._exit(0 if ok else 1)
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            print(code, run.check()["slept"], session("pid")["pid"] == pid)
    """)
    assert (done.stdout, done.stderr) == ("0 yes True\n", "")


# By hand.


def test_the_program_can_be_talked_to_with_pexpect_while_calls_wait(words: Maker) -> None:
    with words().session() as session:
        pid = session("pid")["pid"]
        with session.pexpect(timeout=20) as child:
            waiting = session("say waited", async_=True)
            child.sendline("pid")
            child.expect(r"pid = (\d+)\n")
            assert int(child.match[1]) == pid
            child.expect_exact("ready> ")
            with pytest.raises(pexpect.TIMEOUT):
                child.expect("never", timeout=0.1)
            assert not waiting.exitstatus
        assert waiting.check()["said"] == "waited"
        with pytest.raises(pexpect.EOF):
            child.sendline("pid")
        with session.pexpect() as child:
            child.sendline("leave 3")
            child.expect(pexpect.EOF)
        assert session("say again")["said"] == "again"


# What it is started with.


def test_a_session_is_started_with_words_and_a_password(words: Maker, tmp_path: Path) -> None:
    program = "import getpass, sys\nsys.argv.append(getpass.getpass())\n" + SHELL.replace(
        "'said =', rest", "*sys.argv[1:]"
    )
    start = "  host: {argv: '{}', required: true}\n  password: {secret: true}\n  greeting: {}\nsession:\n"
    start += "  startup: ['say {greeting}']"
    prompts = ("results:", "prompts: [{expect: 'Password:', answer: '{password}'}]\nresults:")
    task = words(("session:", start), prompts, program=program)
    with task.session("vega", password="hunter2", greeting="hello", cwd=tmp_path, env={"A": "1"}) as session:
        assert session("say").stdout == "vega hunter2\n"
        assert session("say").argv == [str(tmp_path / "words"), "vega"]
    assert task("say", host="vega", password="x").stdout == "vega x\n"
    with pytest.raises(TaskParameterError, match="'host' is required"):
        task.session(password="x")
    with pytest.raises(TaskError, match="it asks 'Password:', and the parameter 'password' was not given"):
        task.session("vega").start()


def test_wrong_calls_raise_before_anything_is_typed(words: Maker) -> None:
    with words().session() as session:
        pid = session("pid")["pid"]
        for wrong in ({}, {"line": "a\nb"}, {"line": "\x03"}, {"lime": "x"}, {"line": "x", "cwd": "/"}, {"line": 5}):
            with pytest.raises(TaskParameterError):
                session(**wrong)
        assert session("pid")["pid"] == pid
    with pytest.raises(TaskParameterError, match="does not belong here"):
        words().session(async_=True)
    with pytest.raises(TaskError, match="has no 'session'"):
        Task(words().descriptor._replace(session=None)).session()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("  prompt: 'ready> '\n", ""), "'session' needs 'prompt'"),
        (("'ready> '", "'('"), "'prompt' of 'session' is no regular expression"),
        (
            ('["{line}", "say {secret}"]', "['{line}', '{secret} {secrets}']"),
            "no parameter 'secrets'; did you mean 'secret'",
        ),
        (("  error:", "  quit: '{line}'\n  error:"), "{line}: no parameter can stand here"),
        (("  error:", "  startup: '{line}'\n  error:"), "'line' is part of each 'command'"),
        (("session:", "terminal: stdin\nsession:"), "a session has all three streams on its terminal"),
        (("line: {required", "line: {argv: '{}', required"), "'line' is typed for each call of the session"),
        (("results:", "prompts: [{expect: a, answer: '{line}'}]\nresults:"), "'line' is part of each 'command'"),
    ],
)
def test_a_wrong_word_is_refused(words: Maker, change: tuple[str, str], message: str) -> None:
    with pytest.raises(DescriptorError) as caught:
        words(change)
    assert message in str(caught.value)


@pytest.mark.filterwarnings("always::FutureWarning")
def test_what_is_deprecated_is_told_once_for_a_session_and_for_each_call(words: Maker) -> None:
    task = words(
        ("{required: true}", "{required: true, aliases: {ln: use 'line'}}"),
        ("task: words", "task: words\ndeprecated: use 'w'"),
    )
    texts = ["words is deprecated: use 'w'", "words: parameter 'ln' is deprecated: use 'line'"]
    for more in ({}, {"prompt": True}):
        with pytest.warns(FutureWarning) as told:
            assert task(ln="say yes", **more)["said"] == "yes"
        assert sorted(str(item.message) for item in told) == texts
    with pytest.warns(FutureWarning) as told, task.session() as session:
        assert [session(ln="say yes")["said"] for _ in range(2)] == ["yes", "yes"]
    assert [str(item.message) for item in told] == [texts[0], texts[1], texts[1]]
