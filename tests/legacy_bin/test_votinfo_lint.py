"""votinfo --lint: a document held against the standard, and against STILTS votlint."""

from __future__ import annotations

import random
import re
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from . import lint_cases
from .broken_documents import change
from .lint_cases import DIFFERENT, DIFFERENT_1_0, DIFFERENT_1_5, DOCUMENTS, OPEN, VERSIONS, Case, document
from .test_serializations import Column, generated, table
from .votables import succeeded

Run = Callable[..., Any]

DIFFERENT_CASES = [case for cases in DIFFERENT.values() for case in cases]

FINDING = re.compile(
    r"(?P<file>.*?):(?:(?P<line>\d+):(?:(?P<column>\d+):)?)? (?P<severity>Info|Warning|Error): .* \[(?P<rule>[a-z-]+)\]"
)
REAL = sorted((Path(__file__).parent / "lint").glob("*.xml"))
RULES = Path(__file__).parents[2] / "legacy_bin" / "lint" / "rules.c"


def findings(text: str) -> list[dict[str, str]]:
    """The lines but the last, taken apart."""
    lines = text.splitlines()[:-1]
    found = [FINDING.fullmatch(line) for line in lines]
    assert all(found), lines
    return [match.groupdict() for match in found if match]


def lint(run: Run, text: str | bytes, *words: str) -> list[dict[str, str]]:
    Path("doc.xml").write_bytes(text if isinstance(text, bytes) else text.encode())
    done = run("votinfo", "--lint", *words, "doc.xml")
    found = findings(done.text)
    assert (done.status, done.stderr) == (1 if "Error" in [each["severity"] for each in found] else 0, "")
    return found


def rules(run: Run, text: str | bytes, severity: str = "") -> list[str]:
    return [each["rule"] for each in lint(run, text) if each["severity"] in (severity or each["severity"])]


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def every_case(version: str) -> list[Case]:
    return [case for case in [*lint_cases.CASES, *DIFFERENT_CASES] if case.has(version)]


QUICK = ["-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC"]  # for Java machines that live for half a second


def votlint(path: Path) -> str:
    done = subprocess.run(
        ["stilts", *QUICK, "votlint", "maxrepeat=100000", path],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.stdout + ("ERROR (l.0)" if done.returncode else "")


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], set[int]]]:
    """`judge(name)`: the lines that STILTS faults in a document of all cases of a version, or a whole document. They
    are judged two at a time, behind the tests' backs."""
    folder = tmp_path_factory.mktemp("votlint")
    texts = {version: document(version, every_case(version)) for version in VERSIONS}
    texts |= {path.name: path.read_text(encoding="utf-8") for path in REAL}
    for name in ("1.5", "binary2-1.5.xml"):
        texts[name] = texts[name].replace('version="1.5"', 'version="1.4"', 1)
    with ThreadPoolExecutor(2) as pool:
        answers: dict[str, Future[str]] = {}
        for name, text in [*texts.items(), *((name, text) for name, (_, text) in DOCUMENTS.items())]:
            path = folder / f"{len(answers)}.xml"
            path.write_text(text, encoding="latin-1" if "ISO-8859-1" in text else "utf-8")
            answers[name] = pool.submit(votlint, path)

        def lines(name: str) -> set[int]:
            report = answers[name].result()
            found = {int(line) for line in re.findall(r"^ERROR \(l\.(\d+)", report, re.MULTILINE)}
            return found or ({0} if re.search("^ERROR", report, re.MULTILINE) else set())

        yield lines


@pytest.mark.parametrize("version", VERSIONS)
def test_each_case_is_judged_as_the_standard_says(run: Run, version: str) -> None:
    cases = every_case(version)
    found = lint(run, document(version, cases), "--repeats=0")
    faulty = {int(each["line"]) - 2 for each in found if each["severity"] == "Error"}
    expected = {index for index, case in enumerate(cases) if not case.is_valid(version)}
    wrong = {cases[index].name for index in faulty ^ expected}
    assert not wrong, wrong


@pytest.mark.parametrize("version", VERSIONS)
def test_votlint_says_error_exactly_where_we_do(run: Run, judge: Callable[[str], set[int]], version: str) -> None:
    cases = every_case(version)
    found = lint(run, document(version, cases), "--repeats=0")
    ours = {int(each["line"]) - 2 for each in found if each["severity"] == "Error"}
    theirs = {line - 2 for line in judge(version)}
    different = {case.name for case in DIFFERENT_CASES}
    different |= {"1.0": DIFFERENT_1_0, "1.5": DIFFERENT_1_5}.get(version, set())
    assert {cases[index].name for index in ours ^ theirs} - different == set()
    assert len(ours & theirs) > 100


@pytest.mark.parametrize("reason", DIFFERENT)
def test_a_difference_to_votlint_is_still_one(run: Run, judge: Callable[[str], set[int]], reason: str) -> None:
    cases = every_case("1.4")
    ours = {
        int(each["line"]) - 2
        for each in lint(run, document("1.4", cases), "--repeats=0")
        if each["severity"] == "Error"
    }
    theirs = {line - 2 for line in judge("1.4")}
    for case in DIFFERENT[reason]:
        index = cases.index(case)
        assert (index in ours) != (index in theirs), case.name


@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents_are_judged_alike(run: Run, judge: Callable[[str], set[int]], name: str) -> None:
    is_valid, text = DOCUMENTS[name]
    Path("doc.xml").write_text(text, encoding="latin-1" if "ISO-8859-1" in text else "utf-8")
    done = run("votinfo", "--lint", "doc.xml")
    assert (done.status, done.stderr) == (0 if is_valid else 1, "")
    assert bool(judge(name)) == (not is_valid)


@pytest.mark.parametrize("path", REAL, ids=[path.stem for path in REAL])
def test_documents_as_services_write_them_are_valid(run: Run, judge: Callable[[str], set[int]], path: Path) -> None:
    done = succeeded(run("votinfo", "--lint", path))
    assert {each["severity"] for each in findings(done.text)} <= {"Info"}, done.text
    assert judge(path.name) == set()


def test_the_inputs_of_the_tests_are_judged(run: Run, inputs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(inputs)
    assert run("votinfo", "--lint", "stars.xml").stdout == b"stars.xml: valid VOTable 1.3: 0 errors, 0 warnings\n"
    done = run("votinfo", "--lint", "ragged.xml")
    assert done.status == 1
    assert done.text.splitlines()[-1] == "ragged.xml: not a valid VOTable 1.3: 1 error, 0 warnings"


def in_table(fields: str, data: str = "") -> str:
    return f"{OPEN}\n<RESOURCE><TABLE>\n{fields}\n{data}</TABLE></RESOURCE></VOTABLE>"


# What does not make a document invalid: each rule's finding, and the same without the fault.
REMARKS = [
    ("version-none", "<VOTABLE><RESOURCE/></VOTABLE>", f"{OPEN}<RESOURCE/></VOTABLE>"),
    ("namespace", '<VOTABLE version="1.4"><RESOURCE/></VOTABLE>', f"{OPEN}<RESOURCE/></VOTABLE>"),
    ("schema-location", f'{OPEN[:-1]} xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="a"'
     "><RESOURCE/></VOTABLE>", f'{OPEN[:-1]} xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation='
     '"http://www.ivoa.net/xml/VOTable/v1.3 a.xsd"><RESOURCE/></VOTABLE>'),
    ("processing-instruction", f"<?style x?>{OPEN}<RESOURCE/></VOTABLE>", f"<!-- style -->{OPEN}<RESOURCE/></VOTABLE>"),
    ("attribute-foreign", f'{OPEN}<INFO name="a" value="b" xmlns:x="x:y" x:c="d"/><RESOURCE/></VOTABLE>',
     f'{OPEN}<INFO name="a" value="b"/><RESOURCE xmlns:x="x:y" x:c="d"/></VOTABLE>'),
    ("deprecated", f"{OPEN}<DEFINITIONS/><RESOURCE/></VOTABLE>", '<VOTABLE version="1.0"><DEFINITIONS/></VOTABLE>'),
    ("deprecated", in_table('<FIELD name="a" datatype="int"><LINK gref="x"/></FIELD>'),
     in_table('<FIELD name="a" datatype="int"><LINK href="x"/></FIELD>')),
    ("ref-kind", in_table('<FIELD name="a" datatype="int" ID="a" ref="b"/><FIELD name="b" datatype="int" ID="b"/>'),
     in_table('<FIELD name="a" datatype="int" ref="b"/><GROUP ID="b"/>')),
    ("ref-order", f'{OPEN}<RESOURCE><TABLE>\n<FIELD name="a" datatype="int" ref="t"/></TABLE>\n<RESOURCE>'
     '<TIMESYS ID="t" timescale="TT" refposition="GEOCENTER"/></RESOURCE></RESOURCE></VOTABLE>',
     f'{OPEN}<RESOURCE><TIMESYS ID="t" timescale="TT" refposition="GEOCENTER"/>\n<TABLE>'
     '<FIELD name="a" datatype="int" ref="t"/></TABLE></RESOURCE></VOTABLE>'),
    ("name-twice", in_table('<FIELD name="a" datatype="int"/><FIELD name="a" datatype="int"/>'),
     in_table('<FIELD name="a" datatype="int"/><FIELD name="A" datatype="int"/>')),
    ("arraysize-one", in_table('<FIELD name="a" datatype="int" arraysize="1"/>'),
     in_table('<FIELD name="a" datatype="int"/>')),
    ("arraysize-none", in_table('<FIELD name="a" datatype="char"/>'),
     in_table('<FIELD name="a" datatype="char" arraysize="*"/>')),
    *(("ucd", in_table(f'<FIELD name="a" datatype="int" ucd="{bad}"/>'),
       in_table(f'<FIELD name="a" datatype="int" ucd="{good}"/>'))
      for bad, good in [("pos.eq.rar", "pos.eq.ra"), ("meta.main;pos.eq.ra", "POS.EQ.RA;Meta.Main"), ("pos..eq", "ID"),
                        ("stat.mean;stat.error", "stat.error;phot.mag;em.opt.B"), ("pos.eq.ra;", "VOX:A_B")]),
    *(("unit", in_table(f'<FIELD name="a" datatype="int" unit="{bad}"/>'),
       in_table(f'<FIELD name="a" datatype="int" unit="{good}"/>'))
      for bad, good in [("km / s", "km/s"), ("furlong", "10**-3erg.s**-1.cm**-2"), ("m2", "m**2"), ("m..s", "log(Hz)"),
                        ("(m", "m.(s/kg)**(1/2)"), ("m/", "%"), ("kkm", "Gyr"), ("marcmin", "'furlong'"),
                        ("deg^2", "0.1nm")]),
    ("utype", in_table('<FIELD name="a" datatype="int" utype="a b"/>'),
     in_table('<FIELD name="a" datatype="int" utype="a:b.c"/>')),
    ("xtype-unknown", in_table('<FIELD name="a" datatype="int" xtype="strange"/>'),
     in_table('<FIELD name="a" datatype="int" xtype="my:own"/><FIELD name="b" datatype="char" xtype="moc"/>')),
    ("vocabulary", f'{OPEN}<TIMESYS ID="t" timescale="FT" refposition="GEOCENTER"/><RESOURCE><TABLE>'
     '<FIELD name="a" datatype="int" unit="a" ref="t"/></TABLE></RESOURCE></VOTABLE>',
     f'{OPEN}<TIMESYS ID="t" timescale="TT" refposition="GEOCENTER"/><RESOURCE><TABLE>'
     '<FIELD name="a" datatype="int" unit="a" ref="t"/></TABLE></RESOURCE></VOTABLE>'),
    ("vocabulary", f'{OPEN.replace("1.4", "1.5")}<COOSYS ID="t" system="ICRF"/><RESOURCE/></VOTABLE>',
     f'{OPEN.replace("1.4", "1.5")}<COOSYS ID="t" system="ICRS"/><RESOURCE/></VOTABLE>'),
    ("timesys", f'{OPEN}<TIMESYS ID="t" timescale="TT" refposition="GEOCENTER"/><RESOURCE/></VOTABLE>',
     f"{OPEN}<RESOURCE/></VOTABLE>"),
    ("timesys", f'{OPEN}<TIMESYS ID="t" timescale="TT" refposition="GEOCENTER"/><RESOURCE><TABLE>'
     '<FIELD name="a" datatype="double" unit="d" ref="t"/></TABLE></RESOURCE></VOTABLE>',
     f'{OPEN}<TIMESYS ID="t" timescale="TT" refposition="GEOCENTER"/><RESOURCE><TABLE>'
     '<FIELD name="a" datatype="double" unit="yr" ref="t"/></TABLE></RESOURCE></VOTABLE>'),
    ("timesys", f'{OPEN}<TIMESYS ID="t" timeorigin="0" timescale="TT" refposition="GEOCENTER"/><RESOURCE><TABLE>'
     '<FIELD name="a" datatype="char" arraysize="*" xtype="timestamp" ref="t"/></TABLE></RESOURCE></VOTABLE>',
     f'{OPEN}<TIMESYS ID="t" timeorigin="0" timescale="TT" refposition="GEOCENTER"/><RESOURCE><TABLE>'
     '<FIELD name="a" datatype="double" unit="d" ref="t"/></TABLE></RESOURCE></VOTABLE>'),
    ("query-status", f'{OPEN}<RESOURCE><INFO name="QUERY_STATUS" value="fine"/></RESOURCE></VOTABLE>',
     f'{OPEN}<RESOURCE><INFO name="QUERY_STATUS" value="OVERFLOW">more</INFO></RESOURCE></VOTABLE>'),
    ("null", in_table('<FIELD name="a" datatype="short"><VALUES null="99999"/></FIELD>'),
     in_table('<FIELD name="a" datatype="short" arraysize="*"><VALUES null="-99"/></FIELD>')),
    ("values", in_table('<FIELD name="a" datatype="short"><VALUES><MIN value="low"/></VALUES></FIELD>'),
     in_table('<FIELD name="a" datatype="short" arraysize="3"><VALUES><MIN value="0"/></VALUES></FIELD>')),
    ("values", in_table('<FIELD name="a" datatype="float"><VALUES><OPTION value="1"><OPTION value="x"/></OPTION>'
                        "</VALUES></FIELD>"),
     in_table('<PARAM name="a" datatype="float" arraysize="3" xtype="circle" value="1 2 3"><VALUES><MAX value="1 2 3"/>'
              "</VALUES></PARAM>")),
    ("values", in_table('<FIELD name="a" datatype="int"><VALUES ID="v"/></FIELD>'
                        '<FIELD name="b" datatype="int"><VALUES ref="v" null="1"/></FIELD>'),
     in_table('<FIELD name="a" datatype="int"><VALUES ID="v"/></FIELD>'
              '<FIELD name="b" datatype="int"><VALUES ref="v"/></FIELD>')),
    ("meta", f'{OPEN}<RESOURCE type="meta"><TABLE><FIELD name="a" datatype="int"/><DATA><TABLEDATA/></DATA></TABLE>'
     "</RESOURCE></VOTABLE>",
     f'{OPEN}<RESOURCE type="meta"><TABLE><FIELD name="a" datatype="int"/></TABLE></RESOURCE></VOTABLE>'),
    *((rule, in_table(f'<FIELD name="a" {kind}/>', f"<DATA><TABLEDATA><TR><TD>{bad}</TD></TR></TABLEDATA></DATA>"),
       in_table(f'<FIELD name="a" {kind}/>', f"<DATA><TABLEDATA><TR><TD>{good}</TD></TR></TABLEDATA></DATA>"))
      for rule, kind, bad, good in [
          ("cell-overflow", 'datatype="float"', "1e39", "3.4e38"),
          ("cell-overflow", 'datatype="double"', "-2E308", "1E-308"),
          ("cell-text", 'datatype="char" arraysize="*"', "Ångström", "Angstrom"),
          ("cell-text", 'datatype="unicodeChar" arraysize="*"', "🌟", "☆"),
          ("cell-length", 'datatype="char" arraysize="3"', "abcd", "abc"),
          ("cell-length", 'datatype="unicodeChar" arraysize="3*"', "äöüß", "äöü"),
      ]),
    *((rule, in_table(f'<FIELD name="a" {kind}/>', f"<DATA><BINARY><STREAM {bad}</STREAM></BINARY></DATA>"),
       in_table(f'<FIELD name="a" {kind}/>', f"<DATA><BINARY><STREAM {good}</STREAM></BINARY></DATA>"))
      for rule, kind, bad, good in [
          ("cell-text", 'datatype="char" arraysize="2"', 'encoding="base64">w6k=', 'encoding="base64">YWI='),
          ("cell-bits", 'datatype="bit" arraysize="4"', 'encoding="base64">/w==', 'encoding="base64">8A=='),
          ("stream-encoding", 'datatype="bit" arraysize="4"', ">8A==", 'encoding="base64">8A=='),
          ("stream-remote", 'datatype="int"', 'href="nowhere.bin">', 'encoding="base64">'),
      ]),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "bad", "good"), REMARKS, ids=[rule for rule, _, _ in REMARKS])
def test_what_does_not_make_it_invalid_is_said(run: Run, rule: str, bad: str, good: str) -> None:
    found = lint(run, bad)
    assert [each["rule"] for each in found].count(rule) == 1, found
    assert not [each for each in found if each["severity"] == "Error"]
    assert rule not in [each["rule"] for each in lint(run, good)]


def test_every_rule_is_met_by_a_case(run: Run) -> None:
    known = set(re.findall(r'= \{"([a-z-]+)", LINT_', RULES.read_text()))
    assert len(known) > 40
    met = {rule for rule, _, _ in REMARKS}
    for version in VERSIONS:
        met |= {each["rule"] for each in lint(run, document(version, every_case(version)), "--repeats=0")}
    for _, text in DOCUMENTS.values():
        met |= set(rules(run, text))
    assert known - met == set()


def test_a_finding_says_where_what_and_what_is_accepted(run: Run) -> None:
    Path("doc.xml").write_text(
        f'{OPEN}\n<RESOURCE><TABLE>\n  <FIELD name="mag" datatype="float"/>\n'
        "<DATA><TABLEDATA>\n<TR>\n  <TD>17.5</TD>\n</TR>\n<TR>\n  <TD>faint</TD>\n</TR>\n"
        "</TABLEDATA></DATA></TABLE></RESOURCE>\n</VOTABLE>\n"
    )
    done = run("votinfo", "--lint", "doc.xml")
    assert done.status == 1
    assert done.text == (
        "doc.xml:9:3: Error: row 2, column mag: 'faint' is no float (a number like -1.5e3, NaN, +Inf or -Inf) [cell]\n"
        "doc.xml: not a valid VOTable 1.4: 1 error, 0 warnings\n"
    )


def test_findings_of_one_kind_are_told_four_times_and_counted(run: Run) -> None:
    cells = "".join(f"<TR><TD>x{i}</TD><TD>1</TD></TR>\n" for i in range(10))
    fields = '<FIELD name="a" datatype="int"/><FIELD name="b" datatype="int"/>'
    text = in_table(fields, f"<DATA><TABLEDATA>\n{cells}<TR><TD>1</TD><TD>y</TD></TR>\n</TABLEDATA></DATA>")
    Path("doc.xml").write_text(text)
    lines = run("votinfo", "--lint", "doc.xml").lines
    assert [line.count("column a") for line in lines] == [1, 1, 1, 1, 0, 0, 0]
    assert "column b: 'y'" in lines[4]
    assert lines[5] == "doc.xml: Error: 6 more like that of line 5 [cell]"
    assert lines[6] == "doc.xml: not a valid VOTable 1.4: 11 errors, 0 warnings"
    assert len(run("votinfo", "--lint", "--repeats=0", "doc.xml").lines) == 12
    assert len(run("votinfo", "--lint", "--repeats=1", "doc.xml").lines) == 4
    done = run("votinfo", "--lint", "--repeats=-1", "doc.xml")
    assert (done.status, done.stderr) == (1, "Error: invalid number of repeats '-1': a number from 0 is expected\n")


def test_the_report_goes_where_it_is_sent_and_the_status_tells_the_verdict(run: Run, tmp_path: Path) -> None:
    Path("doc.xml").write_text(f"{OPEN}</VOTABLE>")
    done = run("votinfo", "--lint", "-o", "report", "doc.xml")
    assert (done.status, done.stdout, done.stderr) == (1, b"", "")
    assert Path("report").read_text() == run("votinfo", "--lint", "doc.xml").text


@pytest.mark.parametrize("words", [[], ["-"], ["doc.xml"]])
def test_the_document_is_had_as_by_the_other_reports(run: Run, words: list[str]) -> None:
    text = f"{OPEN}<RESOURCE/></VOTABLE>"
    Path("doc.xml").write_text(text)
    name = words[0] if words == ["doc.xml"] else "stdin"
    done = succeeded(run("votinfo", "--lint", *words, stdin=text))
    assert done.text == f"{name}: valid VOTable 1.4: 0 errors, 0 warnings\n"


def test_xml_text_is_called_the_text(run: Run) -> None:
    done = succeeded(run("votinfo", "--lint", f"{OPEN}<RESOURCE/></VOTABLE>"))
    assert done.text == "text: valid VOTable 1.4: 0 errors, 0 warnings\n"


def test_an_encoding_that_nobody_knows_is_a_finding(run: Run) -> None:
    found = lint(run, f'<?xml version="1.0" encoding="klingon"?>{OPEN}<RESOURCE/></VOTABLE>')
    assert [(each["line"], each["rule"]) for each in found] == [("1", "xml")]


def test_what_cannot_be_read_is_no_verdict(run: Run) -> None:
    done = run("votinfo", "--lint", "nothing.xml")
    assert (done.status, done.stdout) == (1, b"")
    assert "nothing.xml" in done.stderr


def test_foreign_text_in_messages_is_shown_not_obeyed(run: Run) -> None:
    found = run(
        "votinfo",
        "--lint",
        f'{OPEN}<RESOURCE><TABLE a="\x9b"><FIELD name="\x9b1m" datatype="&#x9b;"/></TABLE></RESOURCE></VOTABLE>',
    )
    assert "\x9b" not in found.text
    assert "\\xc2\\x9b" in found.text


def without_columns(text: str) -> str:
    return re.sub(r"(?m)^(doc\.xml:\d+):\d+:", r"\1:", text)


GOOD = ["stars.xml", "types.xml", "v15.xml", "psc.xml", "multi3.xml", "binary.xml"]


@pytest.mark.parametrize("seed", range(6))
def test_changed_documents_are_judged_alike_with_and_without_the_lane(run: Run, inputs: Path, seed: int) -> None:
    chance = random.Random(seed)
    goods = [(inputs / name).read_bytes() for name in GOOD if (inputs / name).exists()]
    goods.append(document("1.4", every_case("1.4")).encode())
    for _ in range(12):
        text = change(chance.choice(goods), chance)
        Path("doc.xml").write_bytes(text)
        fast = run("votinfo", "--lint", "--repeats=0", "doc.xml")
        slow = run("votinfo", "--lint", "--repeats=0", "doc.xml", env={"VOT_NO_LANE": "1"})
        assert (fast.status, fast.stderr) in ((0, ""), (1, "")), fast.stderr
        assert (fast.status, without_columns(fast.text)) == (slow.status, without_columns(slow.text))
        if run("votinfo", "-s", "doc.xml").status == 0 and fast.status == 1:
            assert ": Error: " in fast.text  # what the reader forgives has its line here


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(columns=generated())
def test_what_our_tools_write_is_valid(run: Run, columns: list[Column]) -> None:
    Path("source.xml").write_text(table(columns), encoding="utf-8")
    for form in ("vot", "votb", "votb2", "votfits"):
        succeeded(run("votcnv", "-f", form, "-o", "out.xml", "source.xml"))
        assert set(rules(run, Path("out.xml").read_bytes())) <= {"cell-text"}  # the texts are any, their type is char
    succeeded(run("votcat", "-o", "out.xml", "source.xml", "source.xml"))
    assert set(rules(run, Path("out.xml").read_bytes())) <= {"cell-text"}


HOSTILE = {
    "deep": OPEN + "<RESOURCE>" * 5000,
    "attributes": OPEN + "<RESOURCE " + " ".join(f'a{i}=""' for i in range(30_000)) + "/></VOTABLE>",
    "prefixed attributes": OPEN
    + '<RESOURCE/><INFO name="a" value="b" xmlns:x="x" xmlns:y="y" '
    + " ".join(f'{"xy"[i % 2]}:a{i}=""' for i in range(30_000))
    + "/></VOTABLE>",
    "elements": OPEN + "<RESOURCE>" + "".join(f"<A{i}/>" for i in range(30_000)) + "</RESOURCE></VOTABLE>",
    "columns": in_table(
        "".join(f'<FIELD name="a{i}" datatype="int"/>' for i in range(5000)),
        "<DATA><TABLEDATA>" + ("<TR>" + "<TD>x</TD>" * 5000 + "</TR>") * 5 + "</TABLEDATA></DATA>",
    ),
    "value": in_table(f'<FIELD name="{"x" * 1_000_000}" datatype="{"é" * 100_000}" unit="{"(" * 100_000}"/>'),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_document_gets_its_verdict(run: Run, name: str) -> None:
    Path("doc.xml").write_text(HOSTILE[name])
    done = run("votinfo", "--lint", "doc.xml")
    assert (done.status in (0, 1), done.stderr) == (True, "")
    assert done.text.splitlines()[-1].startswith(("doc.xml: not a valid VOTable 1.4: ", "doc.xml: valid VOTable 1.4: "))
    assert max(map(len, done.text.splitlines())) < 1000
