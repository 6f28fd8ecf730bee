"""Programs that want a terminal and ask: their prompts are answered, and none waits for ever."""

from __future__ import annotations

import gc
import logging
import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tasking.programs import children, eventually, in_new_interpreter, is_alive, open_files

from voclient.tasking import Task, TaskParameterError, load_descriptor
from voclient.tasking.errors import DescriptorError, ExecutableNotFoundError, TaskError
from voclient.tasking.running import dialogue
from voclient.tasking.running.interaction import Echo

pytestmark = pytest.mark.usefixtures("nothing_left")
SECRET = "hunter2, or so"
Maker = Callable[..., Task]

LOGIN = r"""
prompts:
  - {expect: 'Password:', answer: "{password}"}
parameters:
  password: {secret: true}
results:
  stdout: {format: keyword}
"""


@pytest.fixture
def nothing_left() -> Iterator[None]:
    """After the test there are no more open files and child processes than before it."""
    gc.collect()
    files, others = open_files(), set(children())
    yield
    gc.collect()
    own = {"anon_inode:[eventpoll]", "anon_inode:[eventfd]"}
    left = lambda: [name for key, name in open_files().items() if key not in files and name not in own]  # noqa: E731
    assert eventually(lambda: not left()), left()
    assert eventually(lambda: set(children()) <= others), set(children()) - others


@pytest.fixture
def program(tmp_path: Path) -> Maker:
    """`program(script, words)`: a task that runs a script of bash, with the words of its descriptor."""

    def make(script: str, words: str = LOGIN, interpreter: str = "/bin/bash") -> Task:
        tool = tmp_path / "tool"
        tool.write_text(f"#!{interpreter}\n{script}\n")
        tool.chmod(0o755)
        descriptor = tmp_path / "ask.yaml"
        descriptor.write_text(f"task: ask\nsummary: A program that asks\nexecutable: ./tool\n{words}")
        return Task(load_descriptor(descriptor))

    return make


# Answers.


def test_a_password_is_given_at_its_prompt(program: Maker) -> None:
    ask = program("read -s -p 'Password: ' word; echo; echo length = ${#word}")
    result = ask(password=SECRET)
    assert dict(result) == {"length": str(len(SECRET))}
    assert result.stdout == f"length = {len(SECRET)}\n"
    assert result.stderr == "Password: \n"


def test_an_asynchronous_run_is_answered_as_well(program: Maker) -> None:
    ask = program("echo before = 1; read -s -p 'Password: ' word; echo; echo length = ${#word}")
    result = ask(password=SECRET, async_=True)
    assert list(result.stream()) == [("before", "1"), ("length", str(len(SECRET)))]


def test_a_password_is_given_to_a_program_that_asks_at_dev_tty_and_its_stdout_stays_a_pipe(program: Maker) -> None:
    ask = program(
        "exec 3<>/dev/tty; printf 'Password:' >&3; read -u 3 word; printf 'a = %s\\r\\n' ${#word}; "
        "[ -t 1 ] || [ -t 2 ] || echo pipes = yes",
        LOGIN + "terminal: stdin\n",
    )
    result = ask(password="four")
    assert dict(result) == {"a": "4", "pipes": "yes"}
    assert result.stdout_bytes == b"a = 4\r\npipes = yes\n"


def test_standard_input_may_be_data_while_the_terminal_asks(program: Maker) -> None:
    words = LOGIN.replace("parameters:\n", "parameters:\n  text: {argv: stdin}\n")
    ask = program("read -s -p 'Password:' word </dev/tty; echo word = $word; echo text = $(cat)", words)
    assert dict(ask(password="p", text="from stdin")) == {"word": "p", "text": "from stdin"}


def test_pythons_getpass_and_input_are_answered(program: Maker) -> None:
    script = "import getpass; word = getpass.getpass(); name = input('Name? '); print('all =', len(word), name)"
    words = LOGIN.replace("parameters:", "  - {expect: 'Name\\?', answer: 'an {animal}'}\nparameters:\n  animal: {}")
    result = program(script, words, sys.executable)(password=SECRET, animal="owl")
    assert dict(result) == {"all": f"{len(SECRET)} an owl"}


def test_what_is_left_out_is_an_empty_line_when_the_program_has_a_default(program: Maker) -> None:
    words = (
        "prompts: [{expect: 'Radius \\[1\\]', answer: '{radius}'}]\nparameters: {radius: {type: float, default: 1}}\n"
    )
    ask = program(
        "read -p 'Radius [1] ' radius; echo radius = ${radius:-1}", words + "results: {stdout: {format: keyword}}"
    )
    assert ask()["radius"] == "1"
    assert ask(radius=2.5)["radius"] == "2.5"


def test_a_question_whose_parameter_is_missing_ends_the_run_and_names_it(program: Maker) -> None:
    result = program("read -p 'Password: ' word; echo a = 1")()
    assert result.exitstatus == result.ERROR
    assert result.exitmsg == "it asks 'Password:', and the parameter 'password' was not given"


def test_a_program_may_close_its_streams_and_open_the_terminal_later(program: Maker) -> None:
    script = "exec <&- >&- 2>&-; sleep 0.1; exec </dev/tty >/dev/tty 2>&1; "
    script += "read -s -p 'Password: ' word; echo; echo word = $word"
    assert program(script)(password="late")["word"] == "late"


def test_a_prompt_that_comes_in_pieces_is_one(program: Maker) -> None:
    ask = program("for c in P a ss w o rd :; do printf $c; sleep 0.01; done; read word; echo word = $word")
    assert ask(password="x")["word"] == "x"


def test_a_line_that_begins_like_a_prompt_and_goes_on_is_none(program: Maker) -> None:
    ask = program("printf 'Password: none = needed\\n'; read -t 0.3 word || echo read = nothing")
    assert dict(ask(password="x")) == {"Password: none": "needed", "read": "nothing"}


def test_a_repeated_prompt_is_answered_each_time(program: Maker) -> None:
    words = (
        "prompts: [{expect: 'Overwrite .*\\?', answer: 'yes', repeated: true}]\nresults: {stdout: {format: keyword}}\n"
    )
    ask = program('for i in 1 2 3; do read -p "Overwrite $i? " word; echo $i = $word; done', words)
    assert dict(ask()) == {"1": "yes", "2": "yes", "3": "yes"}


def test_a_password_that_is_not_accepted_is_not_given_again(program: Maker) -> None:
    ask = program("while read -s -p 'Password: ' word; do echo; echo wrong; done; exit 3")
    result = ask(password=SECRET)
    assert result.exitstatus == result.ERROR
    assert result.returncode == 3
    assert result.exitmsg == "wrong\nPassword: (exit status 3)"


# Nothing waits for ever.


def test_a_question_that_is_not_declared_gets_end_of_file(program: Maker) -> None:
    ask = program("read -p 'Overwrite? ' word || exit 4", LOGIN + "prompt_timeout: 0.2\n")
    result = ask(password="x")
    assert result.returncode == 4
    assert result.exitmsg == (
        "it waits for input, and 'Overwrite?' is no prompt of its descriptor: Overwrite? (exit status 4)"
    )


def test_a_program_that_will_not_take_end_of_file_for_an_answer_is_ended(program: Maker) -> None:
    ask = program("while :; do read -p 'Overwrite? ' word; done", LOGIN + "prompt_timeout: 0.1\n")
    result = ask(password="x")
    assert result.exitstatus == result.ERROR
    assert result.exitmsg == "it waits for input, and 'Overwrite?' is no prompt of its descriptor"


@pytest.mark.parametrize("repeated", ["", ", repeated: true"])
def test_a_program_that_asks_the_same_for_ever_is_ended(
    repeated: str, program: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setattr(dialogue, "REPEATS", 3)
    ask = program("while :; do read -p 'Password: ' word; done", LOGIN.replace('"}', f'"{repeated}}}'))
    result = ask(password="x")
    assert result.exitstatus == result.ERROR
    assert result.exitmsg == "it asks 'Password:' again" + (" and again" if repeated else "")


def test_a_question_that_comes_often_is_answered_as_long_as_something_else_is_said(
    program: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialogue, "REPEATS", 3)
    ask = program(
        'for i in 1 2 3 4 5 6; do read -p "Password: " word; echo; echo $i = $word; done',
        LOGIN.replace('"}', '", repeated: true}'),
    )
    assert dict(ask(password="x")) == {str(number): "x" for number in range(1, 7)}


def test_a_program_that_reads_without_a_word_is_found_out(program: Maker) -> None:
    result = program("read word || exit 5", LOGIN + "prompt_timeout: 0.1\n")(password="x")
    assert result.returncode == 5
    assert result.exitmsg == "it waits for input (exit status 5)"


def test_a_silent_program_that_computes_is_left_alone_and_can_ask_later(program: Maker) -> None:
    ask = program("sleep 0.45; read -s -p 'Password: ' word; echo; echo word = $word", LOGIN + "prompt_timeout: 0.1\n")
    assert ask(password="later")["word"] == "later"


def test_after_the_last_answer_there_is_end_of_file(program: Maker) -> None:
    ask = program("read -p 'Password: ' word; echo rest = \"[$(cat)]\"")
    assert dict(ask(password="x")) == {"rest": "[]"}


def test_a_program_on_a_terminal_without_prompts_reads_end_of_file(program: Maker) -> None:
    assert dict(program('echo rest = "[$(cat)]"', "terminal: true\nresults: {stdout: {format: keyword}}\n")()) == {
        "rest": "[]"
    }


def test_the_time_limit_holds_for_a_program_that_waits(program: Maker) -> None:
    result = program("trap '' TERM HUP; printf 'b = 12'; while :; do read x; sleep 1; done")(password="x", timeout=0.3)
    assert result.exitstatus == result.TIMEOUT
    assert dict(result) == {}


def test_a_program_that_dies_at_its_prompt_is_an_error_that_says_how(program: Maker) -> None:
    result = program("printf 'Password: '; kill -SEGV $$")(password="x")
    assert result.exitstatus == result.ERROR
    assert "SIGSEGV" in result.exitmsg


def test_abort_ends_the_whole_group(program: Maker) -> None:
    ask = program(
        "sleep 60 & echo child = $!; read -t 50 -p 'never' word; wait",
        LOGIN.replace("keyword", "keyword, keys: {child: int}"),
    )
    result = ask(password="x", async_=True)
    child = result.wait_for("child", 30)
    result.abort()
    assert result.exitstatus == result.ABORTED
    assert not is_alive(child)


def test_ctrl_c_in_the_caller_ends_the_program(program: Maker) -> None:
    ask = program("echo pid = $$; exec sleep 60", LOGIN)
    done = in_new_interpreter(f"""
        from voclient.tasking import import_task
        def interrupt(key, value):
            print(value, flush=True)
            threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT)).start()
        try:
            import_task({str(ask.descriptor.place.file)!r})(password="x", callback=interrupt)
        except KeyboardInterrupt:
            print("interrupted")
    """)
    pid, word = done.stdout.split()
    assert (word, done.stderr) == ("interrupted", "")
    assert not is_alive(int(pid))


# The terminal.


def test_all_three_streams_are_a_wide_terminal(program: Maker) -> None:
    script = "import os; print([os.isatty(i) for i in (0, 1, 2)], os.get_terminal_size(), os.environ['TERM'])"
    result = program(script, "terminal: true\n", sys.executable)()
    assert result.stdout == "[True, True, True] os.terminal_size(columns=1000, lines=200) dumb\n"


def test_the_terminal_is_the_controlling_one_of_a_session_of_its_own(program: Maker) -> None:
    facts = "os.getsid(0) == os.getpid(), os.tcgetpgrp(0), os.getpgrp()"
    script = f"import os; os.open('/dev/tty', os.O_RDWR); print({facts})"
    result = program(script, "terminal: true\n", sys.executable)()
    owner, group, own_group = result.stdout.split()
    assert (owner, group) == ("True", own_group)


def test_a_program_has_no_files_but_its_own(program: Maker, tmp_path: Path) -> None:
    stranger = os.open(tmp_path, os.O_RDONLY)
    os.set_inheritable(stranger, True)
    try:
        result = program("import os; print(sorted(os.listdir('/proc/self/fd')), os.environ['VOCLIENT_OPSET_FD'])",
                         "terminal: true\n", sys.executable)()  # fmt: skip
    finally:
        os.close(stranger)
    channel = result.stdout.split()[-1]
    listing = str(max(map(int, {"3", "4"} - {channel})) if channel in "34" else 3)
    assert result.stdout == f"{sorted(['0', '1', '2', channel, listing])} {channel}\n"


def test_the_opset_channel_works_beside_the_terminal(program: Maker) -> None:
    ask = program(
        "read -s -p Password: word; exec > /dev/fd/$VOCLIENT_OPSET_FD; echo '{\"opset\": 1}'; "
        'echo \'{"key": "length", "value": \'${#word}\'}\'',
        LOGIN.replace("stdout: {format: keyword}", "channel: {length: int}"),
    )
    assert dict(ask(password="four")) == {"length": 4}


def test_output_is_neither_translated_nor_wrapped_and_a_megabyte_of_it_arrives(program: Maker) -> None:
    script = (
        "import sys; out = sys.stdout.buffer; print('Password:', end='', flush=True); input(); "
        "out.write(b''.join(b'%09d' % i + b'x' * 990 + b'\\n' for i in range(1000)) + b'\\r\\n\\xff\\0')"
    )
    result = program(script, LOGIN.replace("keyword", "text"), sys.executable)(password="x", timeout=60)
    assert result.stdout_bytes == b"".join(b"%09d" % i + b"x" * 990 + b"\n" for i in range(1000)) + b"\r\n\xff\0"


def test_what_a_program_echoes_itself_is_taken_out(program: Maker) -> None:
    result = program("stty echo; read -p 'Password: ' word; echo length = ${#word}")(password=SECRET)
    assert result.stdout == f"length = {len(SECRET)}\n"
    assert SECRET not in result.stderr


@pytest.mark.parametrize("pieces", [[b"yes\r\nrest"], [b"y", b"es", b"\r", b"\nrest"], [b"\r\nrest"], [b"rest"]])
def test_an_echo_is_known_in_any_pieces(pieces: list[bytes]) -> None:
    echo = Echo()
    echo.expect(b"yes")
    assert b"".join(map(echo.remove, pieces)) + echo.rest() == b"rest"


def test_output_that_begins_like_an_echo_stays() -> None:
    echo = Echo()
    echo.expect(b"yes")
    assert b"".join(map(echo.remove, [b"ye", b"sterday\n"])) == b"yesterday\n"


def test_a_working_directory_is_kept_and_a_missing_one_raises(program: Maker, tmp_path: Path) -> None:
    ask = program("pwd", "terminal: true\n")
    assert ask(cwd=tmp_path).stdout == f"{tmp_path}\n"
    with pytest.raises(TaskParameterError, match="an existing folder"):
        ask(cwd="/no/such")


def test_a_missing_program_and_a_file_that_is_none_raise(program: Maker, tmp_path: Path) -> None:
    ask = program("true", "terminal: true\n")
    (tmp_path / "tool").write_text("plain")
    with pytest.raises(TaskError, match="no program for this machine"):
        ask()
    with pytest.raises(TaskError, match="no program for this machine"):
        ask(async_=True).wait()
    with pytest.raises(TaskError, match="no program for this machine"):
        ask(cwd=tmp_path)
    (tmp_path / "tool").unlink()
    with pytest.raises(ExecutableNotFoundError):
        ask()


# Secrets.


def test_a_secret_is_nowhere_but_at_the_prompt(
    program: Maker, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOCLIENT_DEBUG", "1")
    caplog.set_level(logging.DEBUG)
    peek = "tr '\\0' ' ' </proc/$$/cmdline; tr '\\0' ' ' </proc/$$/environ"
    ask = program(f"read -s -p 'Password: ' word; echo; {peek}; echo; exit 1")
    result = ask(password=SECRET)
    with pytest.raises(TaskError) as caught:
        result.check()
    shown = [
        str(dict(result.provenance)),
        repr(result),
        str(result.argv),
        result.stdout,
        result.stderr,
        result.exitmsg,
        str(caught.value),
    ]
    shown += [repr(caught.value.__dict__), caplog.text, *capfd.readouterr(), repr(ask)]
    assert "VOCLIENT_OPSET_FD" in result.stdout
    assert not [text for text in shown if SECRET in text]
    assert SECRET.encode() not in pickle.dumps(result)


@pytest.mark.parametrize("bad", [f"{SECRET}\n", f"{SECRET}\x03", f"{SECRET}\x7f", SECRET * 1000, 5, f"{SECRET}\udce9"])
def test_an_answer_that_cannot_be_typed_is_refused_without_being_told(program: Maker, bad: object) -> None:
    ask = program("true")
    with pytest.raises(TaskParameterError, match="parameter 'password': its") as caught:
        ask(password=bad)
    assert SECRET not in str(caught.value)
    assert caught.value.value is None


# The words.


HEAD = "task: t\nsummary: A task\nexecutable: prog\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("prompts: {expect: a}", "4:10: 'prompts' must be a list: [a, b, …]"),
        ("prompts: [{expect: a}]", "4:11: a prompt needs 'answer'"),
        ("prompts: [{expect: '(', answer: a}]", "4:20: 'expect' of item 1 is no regular expression"),
        ("prompts: [{expect: a, answer: '{b}'}]", "4:31: no parameter 'b'"),
        ("prompts: [{expect: a, answer: '{'}]", "4:31: a single '{' in '{'"),
        ('prompts: [{expect: a, answer: "a\\nb"}]', "4:31: the control character '\\n' cannot be typed"),
        ("prompts: [{expect: a, answer: b}]\nterminal: false", "5:11: a program with 'prompts' needs a terminal"),
        ("terminal: stdio", "4:11: 'terminal' cannot be 'stdio'; did you mean 'stdin'? (allowed: stdin, stdout, "),
        ("prompt_timeout: 3", "4:1: 'prompt_timeout' is for programs with 'terminal', 'prompts' or 'session'"),
        ("terminal: true\nprompt_timeout: 0", "5:17: 'prompt_timeout' must be a number of seconds above 0"),
        ("terminal: true\nresults: {stderr: {format: lines}}", "5:11: stderr is the terminal, and comes with stdout"),
        ("parameters: {p: {secret: true}}", "4:14: parameter 'p' never reaches the program"),
        ("parameters: {p: {type: table}}\nprompts: [{expect: a, answer: '{p}'}]",
         "5:31: 'p' is a table in a file, which cannot be typed"),
    ],
)  # fmt: skip
def test_a_wrong_word_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "t.yaml").write_text(HEAD + text)
    with pytest.raises(DescriptorError) as caught:
        load_descriptor(tmp_path / "t.yaml")
    assert str(caught.value).startswith(f"{tmp_path}/t.yaml:{message}")


# Programs of Debian.


OPENSSL = """
task: decrypt
summary: Decrypt a file
executable: openssl
arguments: [enc, -d, -aes-256-cbc, -pbkdf2]
terminal: stdin
parameters:
  file: {type: path, required: true, argv: "-in {}"}
  password: {secret: true, required: true}
prompts:
  - {expect: 'enter AES-256-CBC decryption password:', answer: "{password}"}
results:
  stdout: {format: csv, keys: {star: string, vmag: float}}
"""
KEYGEN = """
task: passphrase
summary: Change the passphrase of a key
executable: ssh-keygen
arguments: [-p]
parameters:
  file: {type: path, required: true, argv: "-f {}"}
  old: {secret: true, default: ""}
  new: {secret: true, required: true}
prompts:
  - {expect: 'Enter old passphrase:', answer: "{old}"}
  - {expect: 'Enter new passphrase .*:', answer: "{new}"}
  - {expect: 'Enter same passphrase again:', answer: "{new}"}
"""


def test_openssl_asks_for_a_password_and_gives_a_table(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(OPENSSL)
    subprocess.run(
        ["openssl", "enc", "-aes-256-cbc", "-pbkdf2", "-pass", "pass:Vega", "-out", tmp_path / "stars"],
        input=b"star,vmag\nVega,0.03\nSirius,-1.46\n", check=True,
    )  # fmt: skip
    decrypt = Task(load_descriptor(tmp_path / "t.yaml"))
    assert decrypt(file=tmp_path / "stars", password="Vega")["vmag"] == [0.03, -1.46]
    wrong = decrypt(file=tmp_path / "stars", password="Deneb")
    assert wrong.exitstatus == wrong.ERROR
    assert "bad decrypt" in wrong.exitmsg


def test_ssh_keygen_asks_three_times(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(KEYGEN)
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "first", "-f", key], check=True)
    change = Task(load_descriptor(tmp_path / "t.yaml"))
    assert change(file=key, old="first", new="second").exitmsg == ""
    assert change(file=key, old="second", new="third").exitmsg == ""
    wrong = change(file=key, old="second", new="fourth")
    assert wrong.exitstatus == wrong.ERROR
    assert "incorrect passphrase" in wrong.exitmsg


def test_many_at_once_are_all_answered(program: Maker) -> None:
    ask = program("read -s -p 'Password: ' word; echo; echo word = $word")
    before = threading.active_count()
    results = [ask(password=f"w{i}", async_=True) for i in range(20)]
    assert [result.check()["word"] for result in results] == [f"w{i}" for i in range(20)]
    assert threading.active_count() <= before + 3  # not one a run
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
