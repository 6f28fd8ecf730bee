"""A call becomes the words of a command: every style of option, and every value unchanged."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from astropy.table import Table
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from voclient.tasking.calls.arguments import translate
from voclient.tasking.descriptors.descriptor import Descriptor, Parameter, Place
from voclient.tasking.errors import TaskParameterError


def make(*parameters: Parameter, **more: Any) -> Descriptor:
    return Descriptor("t", "A task", "prog", Place("", 1, 1), parameters=parameters, **more)


def words(descriptor: Descriptor, **given: Any) -> list[str]:
    return translate(descriptor, given).words


@pytest.mark.parametrize(
    ("parameter", "value", "expected"),
    [
        (Parameter("p", "int", argv=("-c", "{}")), 3, ["-c", "3"]),
        (Parameter("p", "int", argv=("-c{}",)), 3, ["-c3"]),
        (Parameter("p", "int", argv=("--col={}",)), 3, ["--col=3"]),
        (Parameter("p", "int", argv=("col={}",)), 3, ["col=3"]),
        (Parameter("p", argv=("-CATALOG_NAME", "{}")), "a b", ["-CATALOG_NAME", "a b"]),
        (Parameter("p", argv=("{{{}}}",)), "{}", ["{{}}"]),
        (Parameter("p", "bool", argv=("--force", "-x")), True, ["--force", "-x"]),
        (Parameter("p", "bool", argv=("--force",)), False, []),
        (Parameter("p", "bool", flags=((True, ("+x",)), (False, ("-x",)))), True, ["+x"]),
        (Parameter("p", "bool", flags=((True, ("+x",)), (False, ("-x",)))), False, ["-x"]),
        (Parameter("p", "bool", flags=((False, ("-x",)),)), True, []),
        (Parameter("p", "choice", choices=("csv", "vot"), flags=(("csv", ("-c",)), ("vot", ()))), "csv", ["-c"]),
        (Parameter("p", "choice", choices=("csv", "vot"), flags=(("csv", ("-c",)), ("vot", ()))), "vot", []),
        (Parameter("p", "int", choices=(1, 2), flags=((1, ("-v",)), (2, ("-v", "-v")))), 2, ["-v", "-v"]),
        (Parameter("p", repeated=True, argv=("-p", "{}")), ["a", "b"], ["-p", "a", "-p", "b"]),
        (Parameter("p", repeated=True, argv=("--p={}",), separator=","), ["a", "b"], ["--p=a,b"]),
        (Parameter("p", repeated=True, argv=("--p={}",), separator=","), "a,b", ["--p=a,b"]),
        (Parameter("p", "int", repeated=True, argv=("-c", "{}"), separator=","), "1,2", ["-c", "1,2"]),
        (Parameter("p", repeated=True, argv=("--files", "{...}")), ["a", "b"], ["--files", "a", "b"]),
        (Parameter("p", repeated=True, argv=("{}",)), ["a", "b"], ["a", "b"]),
        (Parameter("p", repeated=True, argv=("{}",)), [], []),
        (Parameter("p", "range", argv=("-r", "{low}", "{high}")), (1, 2.5), ["-r", "1", "2.5"]),
        (Parameter("p", "range", argv=("--r={}",), separator="/"), (1, None), ["--r=1/"]),
        (Parameter("p", argv=("{}",)), None, []),
        (Parameter("p", argv=("-v", "{}")), "-x", ["-v", "-x"]),
        (Parameter("p", argv=("{}",)), "-", ["-"]),
        (Parameter("p", argv=("{}",)), "", [""]),
    ],
)
def test_every_style_of_option_can_be_said(parameter: Parameter, value: Any, expected: list[str]) -> None:
    assert words(make(parameter), p=value) == expected


A, B = Parameter("a", argv=("-a", "{}")), Parameter("b", argv=("{}",))


def test_words_keep_the_order_of_declaration_after_the_fixed_ones() -> None:
    assert words(make(B, A, arguments=("-T", "-d")), a="1", b="2") == ["-T", "-d", "2", "-a", "1"]


def test_an_operand_that_begins_with_a_dash_comes_after_the_end_of_options() -> None:
    assert words(make(B, A), a="1", b="-2") == ["-a", "1", "--", "-2"]


def test_without_an_end_of_options_a_file_gets_a_folder_and_other_text_is_refused() -> None:
    path = Parameter("f", "path", argv=("{}",))
    assert words(make(path, end_of_options=None), f="-x.xml") == ["./-x.xml"]
    with pytest.raises(
        TaskParameterError, match=r"t: parameter 'b': '-2' begins with '-' and the program would take it"
    ):
        words(make(B, end_of_options=None), b="-2")
    place = Parameter("p", "position", argv=("{ra}", "{dec}"))
    assert words(make(place, end_of_options=None), p=(83.8, -5.39)) == ["83.8", "-5.39"]


def test_standard_input_and_environment_carry_values_that_argv_does_not() -> None:
    secret = Parameter("password", environment="PW", secret=True)
    text = Parameter("text", stdin=True)
    invocation = translate(make(secret, text, environment=(("LANG", "C"),)), {"password": "geheim", "text": "a\nb"})
    assert invocation.words == []
    assert invocation.environment == {"LANG": "C", "PW": "geheim"}
    assert invocation.stdin == b"a\nb"


def test_standard_input_takes_a_list_as_lines_and_a_file_by_its_name() -> None:
    assert translate(make(Parameter("p", stdin=True, repeated=True)), {"p": ["a", "b"]}).stdin == b"a\nb\n"
    table = make(Parameter("p", "table", stdin=True))
    assert translate(table, {"p": Path("x.xml")}).stdin == "x.xml"
    with pytest.raises(TaskParameterError, match="'http://h/x' is no file; it is read from standard input"):
        translate(table, {"p": "http://h/x"})


@pytest.mark.parametrize(
    ("given", "many"),
    [({"p": "x"}, False), ({"p": ["x"]}, True), ({}, True), ({"p": None}, True), ({"p": "x", "q": ["y"]}, True)],
)
def test_one_plain_value_of_a_repeated_parameter_asks_for_plain_results(given: dict[str, Any], many: bool) -> None:
    p, q = Parameter("p", repeated=True, argv=("{}",)), Parameter("q", repeated=True, argv=("-q{}",))
    assert translate(make(p, q), given).many is many


def test_a_table_object_can_be_opened_by_its_name_in_a_child() -> None:
    table = Table({"ra": [10.5, 20.25], "name": ["a", "b"]})
    invocation = translate(make(Parameter("table", "table", repeated=True, argv=("{}",))), {"table": [table, table]})
    try:
        assert invocation.words == [f"/dev/fd/{number}" for number in invocation.descriptors]
        assert len(set(invocation.descriptors)) == 2
        for name in invocation.words:
            read = subprocess.run(["cat", name], pass_fds=invocation.descriptors, stdout=subprocess.PIPE, check=True)
            assert Table.read(io.BytesIO(read.stdout), format="votable")["ra"].tolist() == [10.5, 20.25]
        assert Table.read(invocation.words[0], format="votable")["ra"].tolist() == [10.5, 20.25]
    finally:
        for number in invocation.descriptors:
            os.close(number)


def test_a_large_table_goes_to_disk_and_arrives_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voclient.tasking.calls.staging._IN_MEMORY", 10_000)
    table = Table({"n": list(range(2000))})
    invocation = translate(make(Parameter("t", "table", argv=("{}",))), {"t": table})
    (number,) = invocation.descriptors
    try:
        assert "memfd" not in os.readlink(f"/proc/self/fd/{number}")
        assert Table.read(invocation.words[0], format="votable")["n"].tolist() == list(range(2000))
    finally:
        os.close(number)


def test_no_descriptor_stays_open_when_a_call_fails_after_staging() -> None:
    task = make(Parameter("t", "table", argv=("{}",)), Parameter("p", argv=("{}",)))
    before = os.listdir("/proc/self/fd")
    with pytest.raises(TaskParameterError):
        translate(task, {"t": Table({"a": [1]}), "p": "\0"})
    assert os.listdir("/proc/self/fd") == before


TASK = make(
    Parameter("target", argv=("{}",), required=True, help="A name", aliases=("obj",)),
    Parameter("csv", "bool", argv=("--csv",)),
    Parameter("tsv", "bool", argv=("--tsv",)),
    Parameter("width", "int", argv=("-w{}",), needs=("csv",)),
    exclusive=(("csv", "tsv"),),
)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "t: parameter 'target' is required (A name)"),
        ({"target": None}, "t: parameter 'target' is required (A name)"),
        ({"tarqet": "x"}, "t: no parameter 'tarqet'; did you mean 'target'? (parameters: target, csv, tsv, width)"),
        ({"timout": 3}, "t: no parameter 'timout'; did you mean 'timeout'? (parameters: target, csv, tsv, width)"),
        ({"target": "x", "obj": "y"}, "t: parameter 'target' is given twice, under two of its names"),
        ({"target": "x", "csv": True, "tsv": True}, "t: 'csv' and 'tsv' exclude each other; give one of them"),
        ({"target": "x", "width": 3}, "t: parameter 'width' needs 'csv' as well"),
        ({"target": "a\0b"}, "t: parameter 'target': 'a\\x00b' contains the character NUL; no program can be given it"),
        ({"target": "\ud800"}, "t: parameter 'target': '\\ud800' contains '\\ud800', which has no bytes; "
                               "no program can be given it"),
    ],
)  # fmt: skip
def test_a_wrong_call_is_told_in_one_line(given: dict[str, Any], message: str) -> None:
    with pytest.raises(TaskParameterError) as info:
        translate(TASK, given)
    assert str(info.value) == message


def test_a_flag_that_is_off_is_in_nobodys_way() -> None:
    assert words(TASK, obj="x", csv=True, tsv=False) == ["x", "--csv"]


def test_one_of_a_group_must_be_given() -> None:
    task = make(A, B, at_least_one=(("a", "b"),))
    assert words(task, b="x") == ["x"]
    with pytest.raises(TaskParameterError, match="t: one of 'a' or 'b' must be given"):
        words(task)


def test_an_item_that_holds_the_separator_is_refused() -> None:
    task = make(Parameter("p", repeated=True, argv=("{}",), separator=","))
    with pytest.raises(TaskParameterError, match="'a,b' contains ',', which separates the values of its list"):
        words(task, p=["a,b", "c"])


CHILD = "import sys, json, os; print(json.dumps([os.fsencode(word).hex() for word in sys.argv[1:]]))"
ANY = st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"]) | st.sampled_from("-'\"$`\\ \n\t*;\udc80\udcff")
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(operands=st.lists(ANY, min_size=1), option=ANY)
@example(operands=["", "-rf", "--", "-"], option="$(id); `id` 'x' \"y\"")
@example(operands=["a\nb", "*", "~", "caf\udce9"], option="-")
def test_any_value_reaches_a_program_unchanged(operands: list[str], option: str) -> None:
    task = make(Parameter("operands", repeated=True, argv=("{}",)), Parameter("option", argv=("--option", "{}")))
    call = words(task, operands=operands, option=option)
    done = subprocess.run([sys.executable, "-c", CHILD, *call], capture_output=True, check=True)
    arrived = [bytes.fromhex(word) for word in json.loads(done.stdout)]
    expected = list(map(os.fsencode, operands))
    if any(word.startswith("-") and word != "-" for word in operands):
        assert arrived == [b"--option", os.fsencode(option), b"--", *expected]
    else:
        assert arrived == [*expected, b"--option", os.fsencode(option)]
