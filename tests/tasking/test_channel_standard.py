"""docs/channel.md rule by rule: what our reader does, and what the conformance check says."""

from __future__ import annotations

import json
import math
import os
import pickle
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from archive.fixture import RunningArchive

from voclient.tasking.descriptors.descriptor import KEY_TYPES, Key, Results, Section
from voclient.tasking.results.channel import ChannelParser
from voclient.tasking.results.conformance import violations

from .programs import python, rule, shell

PAGE = (Path(__file__).parents[2] / "docs" / "channel.md").read_text()
ON = '{"opset": 1}'


def say(*lines: str, more: str = "", **options: Any) -> Any:
    """A run of a program that writes these lines on the channel."""
    text = "\n".join(lines) + "\n"
    options.setdefault("results", Results())
    return python(
        f"import os; fd = int(os.environ['VOCLIENT_OPSET_FD']); os.write(fd, {text.encode()!r})\n{more}", **options
    )


def broken(*lines: str | bytes) -> list[str]:
    """What the check says, as `line rule`."""
    raw = [line if isinstance(line, bytes) else line.encode() + b"\n" for line in lines]
    return [f"{number} {text.split(':')[0]}" for number, text in violations(raw)]


def heard(command: str, bindir: Path, environment: dict[str, str] | None = None) -> list[bytes]:
    """What one of our tools writes on the channel, among the tables of the golden tests."""
    name, *words = command.split()
    reader, writer = os.pipe()
    environment = {**os.environ, **(environment or {}), "VOCLIENT_OPSET_FD": str(writer)}
    folder = Path(__file__).parents[1] / "legacy_bin" / "golden" / "inputs"
    subprocess.run([bindir / name, *words], env=environment, pass_fds=[writer], cwd=folder, capture_output=True,
                   stdin=subprocess.DEVNULL, check=False)  # fmt: skip
    os.close(writer)
    with os.fdopen(reader, "rb") as file:
        return file.readlines()


def test_every_rule_of_the_page_has_a_test() -> None:
    rules = set(re.findall(r"\*\*([A-Z]\d)\*\*", PAGE))
    sources = [Path(__file__), Path(__file__).with_name("test_languages.py")]
    marked = [name for source in sources for names in re.findall(r"^@rule\(([^)]*)\)", source.read_text(), re.MULTILINE)
              for name in re.findall(r"\w\d", names)]  # fmt: skip
    assert len(rules) > 20
    assert sorted(rules - set(marked)) == []
    assert sorted(set(marked) - rules) == []


def test_the_example_of_the_page_is_one() -> None:
    block = re.search(r"^```\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert block
    lines = block[1].encode().splitlines(keepends=True)
    assert len(lines) == 5
    assert list(violations(lines)) == []


def test_the_page_knows_every_type_of_a_key() -> None:
    table = PAGE[PAGE.index("| `type` |") : PAGE.index("**K8**")]
    named = {name for text in re.findall(r"^\| `([^|]*)\|", table, re.MULTILINE) for name in re.findall(r"\w+", text)}
    assert named == {*KEY_TYPES, "type"}


@rule("C1")
def test_the_program_gets_the_number_of_an_open_descriptor() -> None:
    result = shell(
        "echo a=$VOCLIENT_OPSET_FD; test -p /dev/fd/$VOCLIENT_OPSET_FD && test -w /dev/fd/$VOCLIENT_OPSET_FD"
    )
    assert result.exitstatus == result.SUCCESS
    assert result["a"] >= 3


@rule("C5")
def test_our_own_programs_keep_the_channel_from_their_children(bindir: Path) -> None:
    # votinfo starts voclient-fetch for a URL; of both, one announces itself.
    lines = heard("votinfo http://127.0.0.1:9/nothing.xml", bindir)
    assert lines.count(b'{"opset": 1}\n') == 1
    assert list(violations(lines)) == []


@rule("L1")
@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b'{"key": "s", "value": "\xe9"}', "line 2 of the OPset channel is not UTF-8 (byte 0xe9 at character 24)"),
        (b'{"key": "s", "value": ', "line 2 of the OPset channel is not a JSON object: "),
        (b'"s"', "line 2 of the OPset channel is not a JSON object: "),
        (b'{"key": "s", "value": "a\tb"}', "line 2 of the OPset channel is not a JSON object: "),
        (b'{"key": "s", "value": %s}' % (b"9" * 5000), "line 2 of the OPset channel is not a JSON object: "),
        (b'{"key": "s", "value": %s}' % (b"[" * 100_000), "line 2 of the OPset channel is not a JSON object: "),
    ],
)
def test_what_is_not_a_json_object_in_utf8_is_told_with_its_line(line: bytes, told: str) -> None:
    # (A process cannot be given a word of more than 128 KiB.)
    words = f"{line[:30]!r} + b'[' * 30000" if len(line) > 10_000 else repr(line)
    script = f"import os; os.write(int(os.environ['VOCLIENT_OPSET_FD']), b'{ON}\\n' + {words} + b'\\n')"
    result = python(script, results=Results())
    assert (result.exitstatus, result.returncode) == (result.ERROR, 0)
    assert result.exitmsg.startswith(told)
    assert broken(ON, line + b"\n") == ["2 L1"]


@rule("L1")
def test_a_line_may_have_64_mib_and_no_more() -> None:
    size = (64 << 20) - len('{"key":"s","value":""}\n')
    more = f"for piece in ['{{\"key\":\"s\",\"value\":\"', 'x' * {size}, '\"}}\\n']:\n    rest = piece.encode()\n" \
           "    while rest: rest = rest[os.write(fd, rest):]"  # fmt: skip
    result = say(ON, more=more)
    assert result.exitstatus == result.SUCCESS, result.exitmsg
    assert len(result["s"]) == size
    result = say(ON, more=more.replace(str(size), str(size + (1 << 20))))
    assert result.exitmsg == "line 2 of the OPset channel is longer than 64 MiB"
    assert broken(ON, b'{"error": "%s"}\n' % (b"x" * (64 << 20))) == ["2 L1"]


@rule("L2")
def test_numbers_arrive_as_they_were_written() -> None:
    keys = (Key("x", "float"), Key("n", "int"))
    rows = [
        '{"x": "NaN", "n": 9223372036854775807}',
        '{"x": "-Infinity", "n": -9223372036854775808}',
        '{"x": 0.1, "n": 3}',
    ]
    result = say(ON, *[f'{{"row": {row}}}' for row in rows], results=Results(channel=keys))
    assert math.isnan(result["x"][0])
    assert result["x"][1:] == [-math.inf, 0.1]
    assert result["n"] == [2**63 - 1, -(2**63), 3]
    assert broken(ON, '{"key": "x", "value": NaN}', '{"row": {"x": [-Infinity]}}', '{"key": "y", "value": 1e999}') == [
        "2 L2", "3 L2", "4 L2",
    ]  # fmt: skip


@rule("L3")
def test_lines_of_two_kinds_and_members_that_come_twice_are_found() -> None:
    assert broken(ON, '{"key": "a", "value": 1, "row": {}}', '{"key": "a", "key": "b", "value": 1}') == ["2 L3", "3 L3"]


@rule("K1")
def test_the_first_line_says_that_keys_come_from_here() -> None:
    stdout = Results(stdout=Section("keyword", keys=(Key("a", "int"),)))
    assert say(ON, '{"key": "b", "value": 1}', ON, more="print('a = 5')", results=stdout) == {"b": 1}
    assert broken(ON, ON, '{"key": "b", "value": 1}') == []
    assert broken('{"key": "b", "value": 1}', ON) == ["1 K1"]
    assert broken('{"progress": null}', ON) == ["2 K1"]
    assert broken('{"opset": "1"}', '{"opset": true}', '{"opset": 2}') == ["1 K1", "2 K1", "3 K1"]
    assert broken('{"progress": 0}', '{"error": "no keys, no first line"}') == []


@rule("K2", "K7")
def test_a_declaration_gives_keys_a_type_a_unit_and_a_help() -> None:
    declared = '{"x": {"type": "float", "unit": "Jy", "help": "Flux", "later": 1}, "p": {"type": "path"}}'
    result = say(ON, f'{{"declare": {declared}}}',
                 '{"row": {"x": "NaN", "n": "NaN"}}', '{"row": {"x": 2, "n": 3}}', '{"key": "p", "value": "a\\udce9"}',
                 cwd="/tmp")  # fmt: skip
    assert math.isnan(result["x"][0])
    assert [type(value) for value in result["x"]] == [float, float]
    assert result["n"] == ["NaN", 3]
    assert result.unit("x") == "Jy"
    assert result["p"] == Path(os.fsdecode(b"/tmp/a\xe9"))
    assert list(result) == ["x", "n", "p"]


@rule("K2", "K7")
def test_the_descriptor_knows_better_than_a_declaration() -> None:
    result = say(ON, '{"declare": {"x": {"type": "string", "unit": "mag"}}}', '{"key": "x", "value": 2}',
                 results=Results(channel=(Key("x", "float", unit="Jy"),)))  # fmt: skip
    assert (result["x"], result.unit("x")) == (2.0, "Jy")


@rule("K2", "R4")
@pytest.mark.parametrize(
    ("declared", "told"),
    [
        ("[]", "declares no object of keys: []"),
        ('{"x": "float"}', "declares the key 'x' as 'float', which is no object"),
        ('{"x": {"type": "real"}}', "declares the key 'x' of type 'real'; there are bool, int, float"),
        ('{"x": {"unit": 5}}', "declares the key 'x' with unit 5"),
        ('{"x": {"array": "yes"}}', "declares the key 'x' with array 'yes'"),
        ('{"": {}}', "declares the key '' as {}"),
    ],
)
def test_a_wrong_declaration_is_told(declared: str, told: str) -> None:
    line = f'{{"declare": {declared}}}'
    assert say(ON, line).exitmsg.startswith(f"line 2 of the OPset channel {told}")
    assert broken(ON, line) == ["2 K2"]


@rule("K3", "R4")
@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('{"key": "", "value": 1}', "has a key that is no name: ''"),
        ('{"key": ["a"], "value": 1}', "has a key that is no name: ['a']"),
        ('{"key": null}', "has a key that is no name: None"),
        ('{"key": "a"}', "has no value for the key 'a'"),
        ('{"key": "a", "value": 1, "unit": {}}', "has a unit that is no text: {}"),
    ],
)
def test_a_wrong_key_is_told(line: str, told: str) -> None:
    assert say(ON, line).exitmsg == f"line 2 of the OPset channel {told}"
    assert broken(ON, line) == ["2 K3"]


@rule("K3")
def test_the_last_value_of_a_key_counts() -> None:
    result = say(ON, '{"key": "a", "value": 1}', '{"key": "a", "value": [{"b": null}], "unit": "pc"}')
    assert (result["a"], result.unit("a")) == ([{"b": None}], "pc")


@rule("K4", "K7")
def test_rows_stay_aligned() -> None:
    keys = (Key("x", "float"), Key("f", "path"))
    rows = ['{"x": 1}', '{"s": "b", "f": "here"}', "{}", '{"x": null, "s": null}']
    result = say(ON, *[f'{{"row": {row}}}' for row in rows], results=Results(channel=keys), cwd="/tmp")
    assert result["x"][0] == 1.0
    assert all(map(math.isnan, result["x"][1:]))
    assert (result["s"], result["f"]) == ([None, "b", None], [None, Path("/tmp/here"), None])
    cubes = say(ON, '{"declare": {"x": {"type": "float"}}}', '{"row": {"x": ["NaN", 1]}}', '{"row": {"x": null}}')
    assert say(ON, '{"row": {"x": 1}}', '{"row": {}}')["x"] == [1]
    assert repr(cubes["x"]) == "[[nan, 1.0], nan]"
    told = "line 3 of the OPset channel: x should be a number, not [1]"
    assert say(ON, '{"declare": {"x": {"type": "float", "array": true}}}', '{"row": {"x": [1]}}').exitmsg == told
    assert say(ON, '{"row": null}').exitmsg == "line 2 of the OPset channel has a row that is no object: None"
    assert broken(ON, '{"row": [1]}', '{"row": {"a": 1}}', '{"key": "a", "value": 1}') == ["2 K4", "4 K4"]


@rule("K5", "R5")
def test_no_progress_fails_a_run() -> None:
    for line, told in {
        '{"progress": 0.25, "text": "some"}': (0.25, "some"),
        '{"progress": 7}': (1.0, ""),
        '{"progress": -1e999, "text": 5}': (0.0, ""),
        '{"progress": NaN}': (None, ""),
        '{"progress": [], "text": "x"}': (None, "x"),
        '{"progress": true}': (None, ""),
    }.items():
        result = say(ON, line)
        assert (result.exitstatus, result.progress) == (result.SUCCESS, told)
    wrong = ('{"progress": 7}', '{"progress": true}', '{"progress": "1"}', '{"progress": null, "text": 5}')
    assert broken(ON, *wrong) == ["2 K5", "3 K5", "4 K5", "5 K5"]


@rule("K6", "R6")
def test_the_exit_status_decides_and_the_error_explains() -> None:
    lines = (ON, '{"error": "first"}', '{"error": "no such\\nstar"}')
    failed, warned = say(*lines, more="raise SystemExit(3)"), say(*lines)
    assert (failed.exitstatus, failed.exitmsg) == (failed.ERROR, "no such\nstar (exit status 3)")
    assert (warned.exitstatus, warned.exitmsg) == (warned.SUCCESS, "no such\nstar")
    assert say(ON, '{"error": null}').exitmsg == "line 2 of the OPset channel has an error that is no text: None"
    assert broken(ON, '{"error": {}}') == ["2 K6"]


@rule("K7")
@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("bool", True, True),
        ("float", [1, ["NaN", None]], [1.0, [math.nan, math.nan]]),
        ("path", ["/dev/null", "/dev/zero"], [Path("/dev/null"), Path("/dev/zero")]),
        ("int", "12", 12),
        ("float", None, math.nan),
        ("string", None, None),
        ("string", "NaN", "NaN"),
        ("list", [1, "NaN"], [1, "NaN"]),
        ("dict", {"a": None}, {"a": None}),
        ("any", {"a": [1]}, {"a": [1]}),
        ("angle", "-00:30:00", -0.5),
        ("right_ascension", "12:30", 187.5),
        ("path", "/dev/null", Path("/dev/null")),
        ("text", "two\nlines", "two\nlines"),
    ],
)
def test_a_value_has_the_type_of_its_key(kind: str, value: Any, expected: Any) -> None:
    line = json.dumps({"key": "a", "value": value})
    for result in (say(ON, line, results=Results(channel=(Key("a", kind),))),
                   say(ON, json.dumps({"declare": {"a": {"type": kind}}}), line)):  # fmt: skip
        assert result.exitstatus == result.SUCCESS, result.exitmsg
        assert repr(result["a"]) == repr(expected)


@rule("K7", "R4")
@pytest.mark.parametrize(
    ("kind", "value"),
    [("int", 1.5), ("int", True), ("int", "1e3"), ("float", "much"), ("float", {"a": 1}), ("bool", 1), ("string", 1),
     ("list", {}), ("dict", []), ("angle", "12:99"), ("path", 5), ("text", {}), ("table", "stars.xml"), ("table", 5)],
)  # fmt: skip
def test_a_value_of_another_type_is_told(kind: str, value: Any) -> None:
    result = say(ON, f'{{"declare": {{"a": {{"type": "{kind}"}}}}}}', json.dumps({"key": "a", "value": value}))
    assert result.exitstatus == result.ERROR
    assert result.exitmsg.startswith("line 3 of the OPset channel: a should be ")
    assert repr(value) in result.exitmsg


@rule("K7")
def test_a_table_comes_as_a_votable() -> None:
    stars = (Path(__file__).parents[1] / "legacy_bin" / "golden" / "inputs" / "stars.xml").read_text()
    result = say(ON, '{"declare": {"stars": {"type": "table"}}}', json.dumps({"key": "stars", "value": stars}))
    assert len(result["stars"]) == 5
    assert "ra" in result["stars"].colnames


@rule("K7", "K8")
def test_what_was_declared_survives_a_copy() -> None:
    data = "<DATA><TABLEDATA><TR><TD>7</TD></TR></TABLEDATA></DATA>"
    stars = f"<VOTABLE><RESOURCE><TABLE><FIELD name='n' datatype='int'/>{data}</TABLE></RESOURCE></VOTABLE>"
    kinds = {
        "t": {"type": "table"},
        "a": {"type": "float", "array": True, "unit": "Jy"},
        "x": {"type": "float", "array": True},
    }
    lines = [
        {"declare": kinds},
        {"key": "t", "value": stars},
        {"key": "a", "value": [1]},
        {"row": {"x": 1}},
        {"row": {"x": None}},
    ]
    result = pickle.loads(pickle.dumps(say(ON, *map(json.dumps, lines))))
    assert result["t"]["n"].tolist() == [7]
    assert (result["a"].tolist(), result.unit("a")) == ([1.0], "Jy")
    assert repr(result["x"]) == "array([ 1., nan])"


@rule("K8")
def test_a_list_of_an_array_key_becomes_an_array() -> None:
    for kind, value, expected in (
        ("float", [1, "NaN", None, "Infinity"], [1.0, math.nan, math.nan, math.inf]),
        ("float", [[1, 2], [3, 4]], [[1.0, 2.0], [3.0, 4.0]]),
        ("int", [1, 2], [1, 2]),
        ("string", ["a", "b"], ["a", "b"]),
        ("float", [], []),
    ):
        line = json.dumps({"key": "a", "value": value})
        result = say(ON, f'{{"declare": {{"a": {{"type": "{kind}", "array": true, "unit": "Jy"}}}}}}', line)
        array = result["a"]
        assert type(array).__name__ == "ndarray"
        assert repr(array.tolist()) == repr(expected)
        assert result.unit("a") == "Jy"


@rule("K8")
def test_an_array_of_another_shape_is_told_when_it_is_asked_for() -> None:
    from voclient.tasking import ResultError

    result = say(ON, '{"declare": {"a": {"type": "float", "array": true}}}', '{"key": "a", "value": [[1], [2, 3]]}')
    with pytest.raises(
        ResultError, match="line 3 of the OPset channel: a should be an array, its rows differ in length"
    ):
        result["a"]


@rule("T3")
def test_what_is_left_to_be_read_at_the_exit_is_read(bindir: Path) -> None:
    result = say(ON, *[f'{{"row": {{"n": {number}}}}}' for number in range(3000)])
    assert result["n"] == list(range(3000))


@rule("R1")
def test_keys_come_from_the_channel_alone_or_without_its_first_line_from_both() -> None:
    stdout = Results(stdout=Section("keyword", keys=(Key("a", "int"),)))
    say_b = 'echo \'{"key": "b", "value": 2}\' > /dev/fd/$VOCLIENT_OPSET_FD; echo a=1'
    assert shell(say_b, results=stdout) == {"a": 1, "b": 2}
    assert shell(f"echo '{ON}' > /dev/fd/$VOCLIENT_OPSET_FD; {say_b}", results=stdout) == {"b": 2}


@rule("R1")
def test_the_writer_is_never_held_up() -> None:
    script = """
        import os
        fd = int(os.environ["VOCLIENT_OPSET_FD"])
        os.write(fd, b'{"opset": 1}\\n')
        for number in range(20000):
            os.write(fd, b'{"row": {"n": %d}}\\n' % number)
            if number % 100 == 0:
                print("x" * 1000)
    """
    import textwrap

    result = python(textwrap.dedent(script), results=Results(), async_=True)
    assert result.wait(timeout=60)
    assert len(result["n"]) == 20000


@rule("R2")
def test_what_is_not_known_is_passed_over() -> None:
    lines = (
        '{"opset": 1, "by": "later"}',
        "",
        "  ",
        '{"colour": {"a": 1}}',
        "{}",
        '{"key": "a", "value": 1, "type": "x"}\r',
    )
    assert say(*lines) == {"a": 1}
    assert say("\ufeff" + ON, '{"key": "a", "value": 1}') == {"a": 1}
    assert broken('{"opset": 1, "by": "later"}', '{"colour": 1}') == []
    assert broken(ON.encode() + b"\r\n") == ["1 L1"]


@rule("R2")
def test_the_bare_words_of_some_libraries_are_read() -> None:
    result = say(ON, '{"row": {"x": NaN}}', '{"row": {"x": -Infinity}}', results=Results(channel=(Key("x", "float"),)))
    assert repr(result["x"]) == "[nan, -inf]"


@rule("R2")
def test_a_last_line_without_its_end_counts_when_the_program_succeeded() -> None:
    script = 'printf \'{"key": "a", "value": 12}\' > /dev/fd/$VOCLIENT_OPSET_FD; exit '
    assert shell(script + "0", results=Results())["a"] == 12
    assert "a" not in shell(script + "1", results=Results())
    assert broken(ON, b'{"key": "a", "value": 12}') == ["2 L1"]


@rule("R3")
@pytest.mark.parametrize("version", ["2", "0", "1.0", '"1"', "true", "null", "[1]"])
def test_a_version_that_is_not_known_is_an_error(version: str) -> None:
    result = say(f'{{"opset": {version}}}', '{"key": "a", "value": 1}')
    assert result.exitstatus == result.ERROR
    shown = repr(json.loads(version))
    assert result.exitmsg == f"line 1 of the OPset channel says version {shown} of the channel; known is 1"
    assert "a" not in result


@rule("R4")
def test_what_came_before_a_wrong_line_stays_and_the_program_goes_on() -> None:
    result = say(ON, '{"row": {"n": 1}}', "garbage", '{"row": {"n": 2}}', more="print('still here')")
    assert (result.exitstatus, result.returncode, result["n"]) == (result.ERROR, 0, [1])
    assert result.stdout == "still here\n"


@rule("T2")
def test_a_row_is_there_while_the_program_goes_on(tmp_path: Path) -> None:
    more = f"import time\nwhile not os.path.exists({str(tmp_path / 'go')!r}): time.sleep(0.01)"
    result = say(ON, '{"row": {"n": 1}}', more=more, async_=True)
    assert result.wait_for("n", timeout=60) == [1]
    assert not result.exitstatus
    (tmp_path / "go").touch()
    assert result.wait(timeout=60)


@rule("L1", "L2", "K1", "K3", "K4", "T3")
@pytest.mark.parametrize(
    "command",
    ["votinfo stars.xml", "votcnv -f csv stars.xml", "votsort -N vmag stars.xml", "votpos stars.xml",
     "votstat -a stars.xml", "votinfo nothing.xml", "votsort --bogus", "votstat"],
)  # fmt: skip
def test_our_own_tools_keep_the_standard(command: str, bindir: Path) -> None:
    lines = heard(command, bindir)
    assert list(violations(lines)) == []
    assert bool(lines) == (command != "votpos stars.xml")


@rule("L1", "L2", "K1", "K3", "K4", "T3")
@pytest.mark.parametrize(
    "command", ["vosesame m31", "vosesame -adnt m31 m51", "vosesame m31 nothing", "vosesame nothing"]
)
def test_our_own_tools_on_the_network_keep_the_standard(
    command: str, bindir: Path, archive: RunningArchive, tmp_path: Path
) -> None:
    lines = heard(command, bindir, {**archive.environment, "HOME": str(tmp_path)})
    assert list(violations(lines)) == []
    assert len(lines) > 1


def test_a_reader_alone_needs_no_process() -> None:
    parser = ChannelParser({}, "/")
    list(parser.feed(ON.encode() + b"\n"))
    assert parser.is_on


def test_the_command_checks_recorded_lines(tmp_path: Path) -> None:
    good, bad = tmp_path / "good", tmp_path / "bad"
    good.write_text(ON + '\n{"key": "a", "value": 1}\n')
    bad.write_text(ON + '\n{"key": "a", "value": NaN}\n[]\n')

    def check(*files: Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "voclient.cli", "check", "--channel", *map(str, files)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    done = check(good)
    assert (done.returncode, done.stdout.split(), done.stderr) == (0, ["ok", str(good)], "")
    done = check(good, bad)
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        f'{bad}:2: L2: NaN is no JSON; it is written "NaN"', f"{bad}:3: L1: the line is not a JSON object",
    ]  # fmt: skip
    assert check(tmp_path / "none").returncode == 1
