"""votinfo: what the original promised and did not do, and what the OPset channel says."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .votables import document, succeeded

Run = Callable[..., object]


def votable(content: str, version: str = "1.3") -> str:
    return f'<VOTABLE version="{version}">{content}</VOTABLE>'


def resource(content: str, attributes: str = "") -> str:
    return f"<RESOURCE {attributes}>{content}</RESOURCE>"


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("res", "3"), ("resource", "3"), ("RESOURCES", "3"), ("row", "3"), ("params", "0"), ("inf", "1"),
        ("col", "2"), ("table", "3"), ("fields", "6"), ("group", "0"), ("links", "0"), ("coosys", "0"), ("coo", "0"),
    ],
)  # fmt: skip
def test_words_to_count_may_be_abbreviated(run: Run, inputs: Path, word: str, count: str) -> None:
    size = succeeded(run("votinfo", "-s", "multi3.xml")).text.split()
    wanted = {"row": size[0], "col": size[1]}.get(word, count)
    if word in ("params", "inf", "table", "fields"):
        text = (inputs / "multi3.xml").read_text()
        first = text.split("</RESOURCE>")[0]
        wanted = {
            "params": str(first.count("<PARAM")),
            "inf": str(first.count("<INFO")),
            "table": str(text.count("<TABLE>") + text.count("<TABLE ")),
            "fields": str(text.count("<FIELD")),
        }[word]
    assert succeeded(run("votinfo", "-n", word, "multi3.xml")).text == f"{wanted}\n"


@pytest.mark.parametrize("word", ["r", "co", "c", "bogus", "", "s"])
def test_other_words_are_refused(run: Run, inputs: Path, word: str) -> None:
    done = run("votinfo", "-n", word, "stars.xml")
    assert (done.status, done.stdout, done.stderr) == (1, b"", f"Unknown number request '{word}'\n")


@pytest.mark.parametrize(
    ("what", "lines"),
    [("-cid", ["f1", "(none)", "(none)"]), ("--columns=ucd", ["(none)", "meta.note", "(none)"]),
     ("-cName", ["(none)", "(none)", "(none)"])],
)  # fmt: skip
def test_one_attribute_of_the_columns_is_told_alone(run: Run, inputs: Path, what: str, lines: list[str]) -> None:
    assert succeeded(run("votinfo", what, "noname.xml")).lines == lines


def test_another_attribute_of_the_columns_is_refused(run: Run, inputs: Path) -> None:
    done = run("votinfo", "-cx", "noname.xml")
    assert (done.status, done.stderr) == (1, "Unknown column attribute 'x' (id, name or ucd)\n")


STATUS = '<INFO name="{}" value="{}"/>'


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (resource(STATUS.format("QUERY_STATUS", "OK")), 0),
        (resource(STATUS.format("query_status_code", "okay")), 0),
        (resource(STATUS.format("QUERY_STATUS", "ERROR")), 1),
        (resource("", 'type="meta"') + resource(STATUS.format("QUERY_STATUS", "OVERFLOW"), 'type="results"'), 1),
        (resource(resource(STATUS.format("QUERY_STATUS", "OVERFLOW"), 'type="Results"')), 1),
        (resource(resource(STATUS.format("QUERY_STATUS", "OK"))), -1),
        (STATUS.format("QUERY_STATUS", "OK"), 0),
        (STATUS.format("QUERY_STATUS", "OK") + resource(""), 0),
        (resource(STATUS.format("QUERY", "OK")), -1),
        ("", -1),
    ],
)
def test_the_query_status_is_looked_for_in_three_places(run: Run, content: str, status: int) -> None:
    assert succeeded(run("votinfo", "-q", stdin=votable(content))).text == f"{status}\n"


@pytest.mark.parametrize(
    ("flag", "output"), [("-d", "none\n"), ("-i", ""), ("-p", ""), ("-q", "1\n"), ("-s", "0 0\n"), ("-nrows", "0\n")]
)
def test_a_document_without_resource_has_nothing_to_tell(run: Run, inputs: Path, flag: str, output: str) -> None:
    assert succeeded(run("votinfo", flag, "norsc.xml")).text == output


def test_a_document_without_resource_has_a_summary(run: Run, inputs: Path) -> None:
    assert "Resources:  0\tType: none        \t    Table Size:  0 x 0" in succeeded(run("votinfo", "norsc.xml")).text


def test_empty_values_are_empty(run: Run) -> None:
    assert succeeded(run("votinfo", "-p", stdin=votable(resource('<PARAM name="id" value=""/>')))).text == "id = \n"


def test_long_reports_are_told_whole(run: Run) -> None:
    infos = "".join(f'<INFO name="n{i}" value="{"v" * 500}"/>' for i in range(1000))
    assert len(succeeded(run("votinfo", "-i", stdin=votable(resource(infos)))).lines) == 1000


@pytest.mark.parametrize("kind", ["BINARY", "BINARY2", "FITS"])
def test_the_kind_and_size_of_encoded_tables_are_told(run: Run, inputs: Path, kind: str) -> None:
    name = {"BINARY": "enc_binary.xml", "BINARY2": "enc_binary2.xml", "FITS": "fitsenc.xml"}[kind]
    assert f"Type: {kind:12}\t    Table Size:  4 x 4" in succeeded(run("votinfo", name)).text


def test_long_descriptions_are_wrapped_at_words(run: Run) -> None:
    text = "wörd  " * 100 + "\n" + "x" * 70
    done = succeeded(run("votinfo", stdin=votable(resource(f"<DESCRIPTION>{text}</DESCRIPTION>"))))
    lines = done.text.split("  Description:  ")[1].splitlines()
    assert all(line.startswith(" " * 16) for line in lines[1:])
    assert " ".join(line.strip() for line in lines) == " ".join(text.split())
    assert max(len(line.strip()) for line in lines[:-1]) == 59  # twelve words
    assert lines[-1].strip() == "x" * 70


def test_endless_descriptions_are_cut(run: Run) -> None:
    done = succeeded(run("votinfo", stdin=votable(resource(f"<DESCRIPTION>{'word ' * 2000}</DESCRIPTION>"))))
    shown = " ".join(done.text.split("  Description:  ")[1].split())
    assert shown.endswith(" (read more ....)")
    assert len(shown.removesuffix(" (read more ....)")) == 4096


def test_verbose_twice_tells_the_descriptions_there_are(run: Run) -> None:
    fields = (
        '<FIELD name="a" datatype="int"><DESCRIPTION> the\n a </DESCRIPTION></FIELD><FIELD name="b" datatype="int"/>'
    )
    content = votable(resource(f"<TABLE>{fields}</TABLE>"))
    done = succeeded(run("votinfo", "-v", "-v", stdin=content))
    assert done.lines[-3:] == [
        f"      Field  1:  {'a':20}\t{'':30}",
        "\t  Desc:  the a",
        f"      Field  2:  {'b':20}\t{'':30}",
    ]
    assert "Field" not in succeeded(run("votinfo", "-v", "-v", "-b", stdin=content)).text
    assert succeeded(run("votinfo", "-v", "-c", stdin=content)).lines[3] == "\t  Desc:  the a"


@pytest.mark.parametrize(
    ("version", "warns"), [("1.0", True), ("1.1", True), ("1.2", True), ("1.3", True), ("1.4", False), ("1.5", False)]
)
def test_coosys_is_deprecated_until_it_came_back(run: Run, version: str, warns: bool) -> None:
    done = run("votinfo", "-w", "-w", "-s", stdin=votable("<COOSYS ID='a'/>", version))
    assert done.status == 0
    assert done.stderr == ("Error: <COOSYS> element was deprecated in v1.2\n" if warns else "")


def test_return_silences_single_facts_only(run: Run, inputs: Path) -> None:
    for facts in (["-s"], ["-n", "rows"], ["-q"], ["-d"], ["-i"], ["-p"]):
        assert succeeded(run("votinfo", *facts, "-r", "stars.xml")).text == ""
    for facts in ([], ["-c"]):
        whole = succeeded(run("votinfo", *facts, "stars.xml")).text
        assert succeeded(run("votinfo", *facts, "-r", "stars.xml")).text == whole != ""


def test_the_report_goes_where_it_is_told_to(run: Run, inputs: Path) -> None:
    assert succeeded(run("votinfo", "-s", "-o", "size.txt", "stars.xml")).text == ""
    assert (inputs / "size.txt").read_text() == "5 6\n"


def channel(program: Path, content: str) -> dict[str, Any]:
    """The keys that come over the OPset channel."""
    reading, writing = os.pipe()
    environment = {**os.environ, "VOCLIENT_OPSET_FD": str(writing)}
    done = subprocess.run(
        [program], input=content.encode(), capture_output=True, env=environment, pass_fds=[writing], check=True
    )
    assert done.stdout  # people are told as well
    os.close(writing)
    with os.fdopen(reading) as pipe:
        lines = [json.loads(line) for line in pipe]
    assert lines[0] == {"opset": 1}
    return {line["key"]: line["value"] for line in lines[1:] if "key" in line}


def test_the_channel_carries_typed_facts(bindir: Path) -> None:
    head = (
        '<DESCRIPTION> of the\nresource </DESCRIPTION><INFO name="QUERY_STATUS" value="OK"/>'
        '<INFO name="i" value="1"/><INFO name="i" value="2"/><INFO name="QUERY_STATUS" value="OVERFLOW"/>'
        '<PARAM name="e" datatype="float" value="2000.5" unit="yr"/><PARAM name="n" datatype="int" value=""/>'
        '<PARAM name="w" datatype="double" value="2000"/>'
        '<PARAM name="p" datatype="short" arraysize="2" value="1 -2"/><PARAM name="t" datatype="char" value="12"/>'
    )
    content = document([("int", ""), ("char", "*")], "<TABLEDATA><TR/><TR/></TABLEDATA>").replace(
        "<TABLE ", f"{head}<TABLE "
    )
    keys = channel(bindir / "votinfo", content)
    column = dict.fromkeys(["id", "ucd", "utype", "unit", "xtype", "description"])
    assert keys == {
        "resources": 1,
        "rows": 2,
        "cols": 2,
        "serialization": "TABLEDATA",
        "version": "1.4",
        "description": "of the resource",
        "query_status": "OVERFLOW",
        "columns": [
            {**column, "name": "c1", "datatype": "int", "arraysize": None},
            {**column, "name": "c2", "datatype": "char", "arraysize": "*"},
        ],
        "params": {
            "e": {"value": 2000.5, "unit": "yr", "ucd": None, "datatype": "float"},
            "w": {"value": 2000.0, "unit": None, "ucd": None, "datatype": "double"},
            "n": {"value": None, "unit": None, "ucd": None, "datatype": "int"},
            "p": {"value": [1, -2], "unit": None, "ucd": None, "datatype": "short"},
            "t": {"value": "12", "unit": None, "ucd": None, "datatype": "char"},
        },
        "infos": {"QUERY_STATUS": "OVERFLOW", "i": "2"},
    }
    assert isinstance(keys["params"]["w"]["value"], float)


def test_an_attribute_without_prefix_goes_before_one_of_another_namespace(run: Run) -> None:
    info = "<INFO x:name='far' xml:id='i' name='near' xmlns:x='urn:x' value='1'/><INFO x:name='only' xmlns:x='urn:x'/>"
    assert succeeded(run("votinfo", "-i", stdin=votable(resource(info)))).text == "near = 1\nonly = \n"
    assert "<noname> = 1" in succeeded(run("votinfo", stdin=votable(resource("<PARAM xml:id='i' value='1'/>")))).text
