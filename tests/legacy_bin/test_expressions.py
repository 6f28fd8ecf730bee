"""The expressions of votselect: grammar, values, nulls, functions, and what is said of wrong or hostile ones."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .votables import csv_rows, refused, succeeded, tabledata, write

if TYPE_CHECKING:
    from ..conftest import Finished

Run = Callable[..., "Finished"]

ONE_ROW = (
    '<VOTABLE><RESOURCE><TABLE><FIELD name="i" ID="ID_i" ucd="meta.number" datatype="int"/>'
    '<FIELD name="d" datatype="double" ucd="phot.mag;em.opt.V"/><FIELD name="f" datatype="float"/>'
    '<FIELD name="l" datatype="long"/><FIELD name="s" datatype="char" arraysize="*"/>'
    '<FIELD name="u" datatype="unicodeChar" arraysize="*"/><FIELD name="b" datatype="boolean"/>'
    '<FIELD name="n" datatype="int"><VALUES null="-99"/></FIELD><FIELD name="nan" datatype="double"/>'
    '<FIELD name="e" datatype="char" arraysize="*"/><FIELD name="t" datatype="char" arraysize="*"/>'
    '<FIELD name="arr" datatype="int" arraysize="*"/><FIELD name="a.b_c" datatype="int"/>'
    '<FIELD name="odd &quot;name&quot;" datatype="int"/><FIELD name="h" datatype="char" arraysize="*"/>'
    "<DATA><TABLEDATA><TR><TD>7</TD><TD>2.5</TD><TD>0.1</TD><TD>9007199254740993</TD><TD>Keck I</TD><TD>été</TD>"
    "<TD>T</TD><TD>-99</TD><TD>NaN</TD><TD/><TD>12</TD><TD>1 2 3</TD><TD>4</TD><TD>5</TD><TD>12:30:00</TD></TR>"
    "</TABLEDATA></DATA></TABLE></RESOURCE></VOTABLE>"
)


@pytest.fixture
def truth(run: Run) -> Callable[[str], str]:
    """`true`, `false` or `unknown`: an expression and its negation on the one row."""

    def judge(expression: str) -> str:
        holds, fails = (
            succeeded(run("votselect", "-C", "-w", text, ONE_ROW)).text.strip()
            for text in (expression, f"not ({expression})")
        )
        return {"10": "true", "01": "false", "00": "unknown"}[holds + fails]

    return judge


@pytest.fixture
def value(run: Run) -> Callable[[str], str]:
    """The cell of a computed column."""

    def compute(expression: str) -> str:
        return csv_rows(run("votselect", "-f", "csv", "-c", "0", "-a", f"computed={expression}", ONE_ROW))[0][1]

    return compute


TRUE = '''
i=7;i == 7;i != 8;i <> 8;i < 8;i <= 7;i > 6;i >= 7;I = 7;"i" = 7;$0 = 7;id:ID_i = 7;ID:"id_i" = 7;ucd:meta.number=7
ucd:phot.mag;em.opt.V = 2.5|ucd:"phot.mag;em.opt.v" = 2.5|a.b_c = 4|"odd ""name""" = 5|$13 = 5|$row = 0|$ROW = 0
1 + 2 * 3 = 7;(1 + 2) * 3 = 9;-2 ** 2 = -4;2 ** 3 ** 2 = 512;2 ** -1 = 0.5;7 / 2 = 3.5;7 % 5 = 2;-7 % 5 = -2;- -1 = 1
+1 = 1;1 - 2 - 3 = -4;8 / 4 / 2 = 1;.5 = 0.5;5. = 5;1e2 = 100;1.5E-1 = 0.15;1e400 > 1e308
not i = 8;not (i = 8);not not i = 7;i = 8 or i = 7;i = 7 and d = 2.5 or i = 0;i = 0 or i = 7 and not d = 1
NOT i = 8 AND d = 2.5;(i = 7) = (d = 2.5);(i > 0) + (d > 0) = 2
i in (1, 7, 9);i not in (1, 2);s in ('a', 'Keck I');i in (7);i between 7 and 7;i between 1 and 9;i not between 8 and 9
d between 2 and 3 and i = 7;not i between 8 and 9;s between 'A' and 'L'
s = 'Keck I';s > 'Keck';s < 'keck';s <> 'keck i';s like '%Keck%';s like 'K___ _';s like '%';s ilike 'KECK%'
u like '_t_';u = 'été';s ~ '^K.*I$';s ~ '[[:upper:]]eck';s !~ '^I';u ~ '^.t.$';s not ilike 'x%'
b;not b = false;b = true;b = 1;b = 'true';b and i = 7;b = 'T';b <> 0;true;not false
t = 12;t < 13;t <> 13;t = 12.0;12 = t;t + 1 = 13;s like 'Keck%' and t = 12
n is null;nan is null;e is null;i is not null;n is null and e is null;not n is not null;sqrt(-1) is null;(n = 1) is null
1 / 0 > 1e300;0 / 0 is null;i % 0 is null;log(-1) is null;log(0) < -1e300;(n in (1)) is null
f = 0.1;f <= 0.1;f >= 0.1;0.1 = f;f between 0.1 and 0.1;f in (0.1);f * 10 = 1;f - 0.1 = 0;not f < 0.1;-f = -0.1
l = 9007199254740993;l <> 9007199254740992;l + 1 > l;l - 9007199254740992 = 1;l % 2 = 1;-l = -9007199254740993
9223372036854775807 + 1 > 9223372036854774784;9223372036854775807 = 9223372036854775807;l in (1, 9007199254740993)
arr = '1 2 3';arr like '1%';len(arr) = 5
'''


def expressions(text: str) -> list[str]:
    """One a `;`, where a line holds no `|`: then one a `|`."""
    return [e for line in text.strip().splitlines() for e in (line.split("|") if "|" in line else line.split(";"))]


@pytest.mark.parametrize("expression", expressions(TRUE))
def test_what_holds(truth: Callable[[str], str], expression: str) -> None:
    assert truth(expression) == "true"


@pytest.mark.parametrize(
    "expression",
    [
        "s = 5", "s <> 5", "s < 5", "5 = s", "s in (5, 6)", "s = i",  # text that is no number, against one
        "i = 8", "i < 7", "'b' < 'a'", "s like 'keck%'", "s like '_'", "u like '__'", "s ~ '^I'", "i is null",
        "not b", "b = false", "f < 0.1", "f > 0.1", "f <> 0.1", "false", "i = 8 and n = 1", "n = 1 and i = 8",
        "not (i = 7 or n = 1)", "n between 1 and 2 and false", "t = 'twelve'", "l = 9007199254740992",
    ],
)  # fmt: skip
def test_what_does_not_hold(truth: Callable[[str], str], expression: str) -> None:
    assert truth(expression) == "false"


@pytest.mark.parametrize(
    "expression",
    [
        "n = 1", "n <> 1", "n < n", "n = -99", "nan = nan", "nan < 1", "e = ''", "e like '%'", "e !~ 'x'", "n + 1 > 0",
        "-n < 0", "abs(n) = 1", "n in (1, 2)", "i in (1, n)", "i not in (1, n)", "n between 1 and 2",
        "i between n and 9",
        "i between 1 and n", "n = 1 or i = 8", "n = 1 and i = 7", "not n = 1", "concat(s, e) = 'x'", "len(e) = 0",
        "min(i, n) = 7", "substr(s, n, 1) = 'K'", "n = s", "n = 'a'", "s + 1 = 1",
    ],
)  # fmt: skip
def test_what_is_unknown(truth: Callable[[str], str], expression: str) -> None:
    assert truth(expression) == "unknown"


def test_or_and_and_know_what_one_side_decides(truth: Callable[[str], str]) -> None:
    assert truth("n = 1 or i = 7") == "true"
    assert truth("i = 7 or n = 1") == "true"
    assert truth("i between 8 and n") == "false"
    assert truth("i not between 8 and n") == "true"
    assert truth("i in (n, 7)") == "true"


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("i + 1", "8"), ("i * 2 - 3", "11"), ("i / 2", "3.5"), ("i % 4", "3"), ("2 ** 10", "1024"), ("-i", "-7"),
        ("i + d", "9.5"), ("f", "0.1"), ("f * 2", "0.2"), ("l", "9007199254740993"), ("l + l", "18014398509481986"),
        ("l * l", ""), ("9223372036854775807 + 1", ""), ("1.0 * l * l", "8.112963841460668e+31"), ("n", ""),
        ("nan", ""), ("0/0", ""), ("1/0", "+Inf"), ("i > 6", "true"), ("i > 7", "false"), ("n > 7", ""), ("b", "true"),
        ("$row", "0"), ("s", "Keck I"), ("'it''s'", "it's"), ("'Ω'", "Ω"), ("concat(s, '-', i, u)", "Keck I-7été"),
        ("concat(d, 1)", "2.51"), ("concat(b, i > 0)", "Ttrue"), ("concat(f, i*2)", "0.114"), ("t", "12"),
        ("arr", "1 2 3"),
        ("abs(-3)", "3"), ("abs(-2.5)", "2.5"), ("sqrt(16)", "4"), ("exp(0)", "1"), ("log(exp(2))", "2"),
        ("log10(1000)", "3"), ("floor(-2.5)", "-3"), ("ceil(2.1)", "3"), ("round(2.5)", "3"), ("round(-2.5)", "-3"),
        ("floor(i)", "7"), ("min(3, 1, 2)", "1"), ("max(i, d)", "7"), ("max(1, 2.5)", "2.5"), ("min(l, l+1)",
        "9007199254740993"),
        ("len(s)", "6"), ("len(u)", "3"), ("len('')", "0"), ("lower(s)", "keck i"), ("upper(u)", "éTé"),
        ("trim('  x ')", "x"),
        ("substr(s, 1, 4)", "Keck"), ("substr(s, 6, 9)", "I"), ("substr(u, 2, 1)", "t"), ("substr(u, 1, 1)", "é"),
        ("substr(s, 0, 3)", "Ke"), ("substr(s, 3, 0)", ""), ("substr(s, 3, -1)", ""), ("substr(s, 99, 1)", ""),
        ("substr(s, -99, 1e30)", "Keck I"), ("hms2deg(h)", "187.5"), ("hms2deg('12h30m00s')", "187.5"),
        ("hms2deg('12 30 00')", "187.5"), ("hms2deg('1')", "15"), ("dms2deg('-10:30:00')", "-10.5"),
        ("dms2deg('+10d 30m 00.0s')", "10.5"), ("dms2deg('-00:30')", "-0.5"), ("hms2deg('12:60:00')", ""),
        ("hms2deg('x')", ""), ("hms2deg(s)", ""), ("dms2deg('')", ""), ("dist(10, 0, 11, 0)", "1"),
        ("dist(0, 90, 77, 90)", "0"),
        ("dist(0, 0, 180, 0)", "180"), ("dist(0, -90, 0, 90)", "180"), ("tan(45)", "1"), ("cos(60)", "0.5"),
        ("sin(30)", "0.5"),
        ("lower(upper(lower('ABC')))", "abc"), ("trim(i)", "7"), ("(i)", "7"), ("true", "true"),
    ],
)  # fmt: skip
def test_computed_values(value: Callable[[str], str], expression: str, expected: str) -> None:
    found = value(expression)
    if expression.split("(")[0] in ("tan", "cos", "sin", "dist", "log", "log10", "exp") and found:
        assert math.isclose(float(found), float(expected), rel_tol=1e-14, abs_tol=1e-14)
    else:
        assert found == expected


@pytest.mark.parametrize(
    ("expression", "datatype"),
    [("i", "long"), ("i + $row", "long"), ("i / 1", "double"), ("d", "double"), ("f", "double"), ("i > 1", "boolean"),
     ("s", "char"), ("u", "unicodeChar"), ("concat(s, 'ü')", "unicodeChar"), ("lower(s)", "char"), ("len(s)", "long"),
     ("abs(i)", "long"), ("abs(d)", "double"), ("max(i, 1.5)", "double"), ("b", "boolean"), ("e is null", "boolean")],
)  # fmt: skip
def test_types_and_units_of_computed_columns(run: Run, expression: str, datatype: str) -> None:
    text = succeeded(run("votselect", "-N", "[x]", "-a", f"[x] [mag/a] = {expression}", ONE_ROW)).text
    size = ' arraysize="*"' if "har" in datatype else ""
    assert f'<FIELD name="[x]" datatype="{datatype}"{size} unit="mag/a"></FIELD>' in text


def test_computed_columns_may_use_each_other(run: Run) -> None:
    words = ["-a", "x=i*2", "-a", "y=X+1", "-a", 'z="y"*y', "-w", "z = 225 and x = 14", "-N", "z,x", "-x"]
    assert csv_rows(run("votselect", "-f", "csv", *words[:-1], ONE_ROW)) == [["225", "14", "15"]]
    assert [row[-1] for row in csv_rows(run("votselect", "-f", "csv", *words, ONE_ROW))] == ["15"]
    assert refused(run("votselect", "-a", "y=x+1", "-a", "x=1", ONE_ROW)) == "Error: Cannot find column 'x'\n"


def test_the_name_of_a_computed_column_may_be_quoted(run: Run) -> None:
    words = ["-a", ' "a=b, ""c""" [m/s] = i*2', "-w", '"a=b, ""c""" = 14', "-N", '"a=b, ""c"""']
    text = succeeded(run("votselect", *words, ONE_ROW)).text
    assert '<FIELD name="a=b, &quot;c&quot;" datatype="long" unit="m/s"></FIELD>' in text
    assert "<TD>14</TD>" in text
    for wrong in ('"x', '"x=1', '"x" y=1', '""=1', "=1"):
        message = f"Error: invalid column '{wrong}': NAME=EXPRESSION is expected\n"
        assert refused(run("votselect", "-a", wrong, ONE_ROW)) == message


@pytest.mark.parametrize("format", ["vot", "votb", "votb2", "votfits", "fits", "html"])
def test_computed_columns_in_every_format(run: Run, tmp_path: Path, format: str) -> None:
    words = ["-a", "x=i/2", "-a", "y=concat(s, 'é')", "-a", "z=n", "-a", "w=i>1", "-c", "0"]
    done = succeeded(run("votselect", "-f", format, *words, ONE_ROW))
    if format.startswith("vot"):
        again = csv_rows(run("votcnv", "-f", "csv", write(tmp_path / "out.xml", done.text)))
        assert again == [["7", "3.5", "Keck Ié", "", "true"]]


POSITIONS = [("10.0", "20.0"), ("10.5", "20.0"), ("370.0", "20.0"), ("", "20.0"), ("10.0", "NaN"), ("10.0", "21.0")]


def positions(ra_type: str, rows: list[tuple[str, str]]) -> str:
    cells = "".join(f"<TR><TD>{ra}</TD><TD>{dec}</TD></TR>" for ra, dec in rows)
    return (
        f'<VOTABLE><RESOURCE><TABLE><FIELD name="a" {ra_type} ucd="pos.eq.ra;meta.main"/><FIELD name="d" {ra_type} '
        f'ucd="pos.eq.dec;meta.main"/><DATA><TABLEDATA>{cells}</TABLEDATA></DATA></TABLE></RESOURCE></VOTABLE>'
    )


def test_within_uses_the_position_columns(run: Run) -> None:
    def rows(condition: str) -> list[str]:
        done = run("votselect", "-f", "csv", "-N", "r", "-a", "r=$row", "-w", condition, table)
        return [row[0] for row in csv_rows(done)]

    table = positions('datatype="double"', POSITIONS)
    assert rows("within(10, 20, 0.1)") == ["0", "2"]
    assert rows("within(10, 20, 0.48)") == ["0", "1", "2"]
    assert rows("not within(10, 20, 0.1)") == ["1", "5"]
    assert rows("within(a, d, 0)") == ["0", "1", "2", "5"]
    assert rows("within(a, d+1, 1.0000001) and d < 20.5") == ["0", "1", "2"]
    assert rows("within(0, 0, 180)") == ["0", "1", "2", "5"]
    table = positions('datatype="char" arraysize="*"', [("00:40:00", "+20:00:00"), ("10", "20"), ("x", "20")])
    assert rows("within(10, 20, 0.0001)") == ["0", "1"]
    assert rows("not within(10, 20, 0.0001)") == []


def test_within_needs_position_columns(run: Run) -> None:
    message = refused(run("votselect", "-w", "within(1, 2, 3)", ONE_ROW))
    assert message == "Error: Cannot find position columns in table.\n"


@pytest.mark.parametrize(
    ("expression", "character", "rest", "expected"),
    [
        ("", 1, "", "a column, number, text or '('"),
        ("i <", 4, "", "a column, number, text or '('"),
        ("i < < 3", 5, "< 3", "a column, number, text or '('"),
        ("i = 3 4", 7, "4", "an operator or the end"),
        ("i = 3 = 4", 7, "= 4", "an operator or the end"),
        ("(i = 3", 7, "", "')' or an operator"),
        ("i = 3)", 6, ")", "an operator or the end"),
        ("i = 'x", 5, "'x", "a text that ends in '"),
        ('"i = 3', 1, '"i = 3', 'a name that ends in "'),
        ("i = 3x", 5, "3x", "a number"),
        ("i ; 3", 3, "; 3", "a column, number, text, operator or parenthesis"),
        ("été = 3", 1, "été = 3", "a column, number, text, operator or parenthesis"),
        ("u = 'été' ou", 11, "ou", "an operator or the end"),
        ("i in 3", 6, "3", "'('"),
        ("i in ()", 7, ")", "a column, number, text or '('"),
        ("i in (1", 8, "", "',' or ')'"),
        ("i not 3", 7, "3", "LIKE, ILIKE, IN or BETWEEN"),
        ("i between 1 or 2", 13, "or 2", "AND"),
        ("i is 3", 6, "3", "NULL or NOT NULL"),
        ("i is not 3", 10, "3", "NULL"),
        ("s like i", 8, "i", "a pattern in single quotes"),
        ("s ~ '('", 5, "'('", "a POSIX extended regular expression is expected (( without ))"),
        (r"s ~ '(a)\1'", 5, r"'(a)\1'", "a POSIX extended regular expression is expected (no back references)"),
        ("s ~ '((a{99}){99}){99}'", 5, "'((a{99}){99}){99}'", "(too many repetitions)"),
        ("s ~ 'a+++++++++++++++'", 5, "'a+++++++++++++++'", "(too many repetitions)"),
        ("s ~ '((((a+b)+c){9}d)+e){99}'", 5, "'((((a+b)+c){9}d)+e){99}'", "(too many repetitions)"),
        ("s ~ '(a{99})*{99}?{99}'", 5, "'(a{99})*{99}?{99}'", "(too many repetitions)"),
        ("$x = 1", 1, "$x = 1", "$row or the number of a column, like $3,"),
        ("id: = 1", 1, "id: = 1", "an ID"),
        ("foo(1)", 1, "foo(1)", "a function is expected, one of abs, sqrt, "),
        ("sqrt()", 6, ")", "a column, number, text or '('"),
        ("dist(1, 2) < 3", 1, "dist(1, 2) < 3", "dist takes 4 arguments"),
        ("min(1) < 3", 1, "min(1) < 3", "min takes 2 arguments or more"),
        ("i", 1, "i", "a condition"),
        ("i + 1", 1, "i + 1", "a condition"),
        ("i and b", 1, "i and b", "a condition"),
        ("b and i + 1", 7, "i + 1", "a condition"),
        ("not s", 5, "s", "a condition"),
        ("i + 'x' = 1", 5, "'x' = 1", "a number"),
        ("sqrt('x') = 1", 6, "'x') = 1", "a number"),
        ("and", 1, "and", "a column, number, text or '('"),
        ("i = \x01", 5, "\\x01", "UTF-8 without control characters"),
    ],
)  # fmt: skip
def test_what_is_wrong_and_where(run: Run, expression: str, character: int, rest: str, expected: str) -> None:
    message = refused(run("votselect", "-C", "-w", expression, ONE_ROW))
    assert message.startswith(f"Error: invalid expression at character {character}: '{rest}', where ")
    assert expected in message


def test_a_long_rest_is_cut_between_characters(run: Run) -> None:
    message = refused(run("votselect", "-w", "i = 3 " + "é" * 300, ONE_ROW))
    assert "é...', where" in message
    assert len(message) < 250


@pytest.mark.parametrize(
    "expression",
    [
        "(" * 60000 + "i",
        "not " * 20000 + "b",
        "-" * 100000 + "i = 1",
        "+" * 100000 + "i = 1",
        "2**" * 30000 + "2 = 1",
        "i" + "+1" * 60000 + " = 1",
        "i" + " = i" * 20000,
        "abs(" * 20000 + "i",
        "i in (" * 10000 + "1",
        "'" + "x" * 130000,
        "s ~ '" + "(" * 60000 + "'",
        "s ~ '" + "a*" * 2000 + "'",
    ],
)
def test_hostile_expressions_are_refused_quickly(run: Run, expression: str) -> None:
    refused(run("votselect", "-C", "-w", expression, ONE_ROW, timeout=30))


@pytest.mark.parametrize(
    "expression",
    [
        "i in (" + ",".join(str(n) for n in range(20000)) + ")",
        " or ".join(f"i = {n}" for n in range(8000)),
        " and ".join(f"i <> {n}" for n in range(10, 8000)),
        "i" + "+0" * 900 + " = 7",
        "(" * 90 + "i = 7" + ")" * 90,
        "concat('x" + "y" * 60000 + "z', s) like '" + "%y" * 20000 + "%I'",
        "'" + "a" * 60000 + "' not like '" + "%a" * 1000 + "%b'",
        "s !~ '" + "(a|b)*" * 100 + "z'",
        "s !~ '" + "[a-z]+[[:digit:]]+ " * 40 + "'",
    ],
)
def test_long_expressions_work(run: Run, expression: str) -> None:
    assert succeeded(run("votselect", "-C", "-w", expression, ONE_ROW, timeout=60)).text == "1\n"


def test_texts_that_double_end_in_an_error(run: Run) -> None:
    words = [w for n in range(40) for w in ("-a", f"x{n + 1}=concat(x{n}, x{n})")]
    done = run("votselect", "-C", "-a", "x0=concat(s, s)", *words, "-w", "x40 = 'x'", ONE_ROW)
    assert refused(done) == "row 0: a text of more than 64 MiB, or not enough memory\n"


def test_columns_that_depend_on_each_other_too_deeply_are_refused(run: Run) -> None:
    words = [w for n in range(1200) for w in ("-a", f"x{n + 1}=x{n}+1")]
    message = refused(run("votselect", "-C", "-a", "x0=i", *words, ONE_ROW))
    assert "at most 1000 operations may depend on each other" in message


def test_cells_that_are_no_numbers_are_null(run: Run, tmp_path: Path) -> None:
    cells = ["12", "oops", " ", "1e1", "0x0b", "12 x", "NaN", "+13"]
    path = write(tmp_path / "in.xml", tabledata([("int", ""), ("int", "")], [[c, str(i)] for i, c in enumerate(cells)]))

    def rows(condition: str) -> list[int]:
        return [int(row[1]) for row in csv_rows(run("votselect", "-f", "csv", "-w", condition, path))]

    assert rows("c1 > 0") == [0, 3, 4, 7]
    assert rows("c1 is null") == [1, 2, 5, 6]
    assert rows("not c1 = 12") == [3, 4, 7]


def test_long_lists_are_looked_up(run: Run, tmp_path: Path) -> None:
    cells = ["5", "6", "12.5", "12.0", "", "9223372036854775807"]
    rows = [[cell, text] for cell, text in zip(cells, ["b", "", "ba", "B", "z", "é"], strict=True)]
    path = write(tmp_path / "in.xml", tabledata([("long", ""), ("char", "*")], rows))

    def found(condition: str) -> list[int]:
        done = run("votselect", "-f", "csv", "-a", "r=$row", "-w", condition, path)
        return [int(row[-1]) for row in csv_rows(done)]

    numbers = ", ".join(str(n) for n in (12, 9223372036854775807, -3, *range(100, 4000), 5))
    assert found(f"c1 in ({numbers})") == [0, 3, 5]
    assert found(f"c1 not in ({numbers})") == [1, 2]
    texts = ", ".join(f"'{t}'" for t in ("é", "x", "ba", "", *"cdefgh", "b"))
    assert found(f"c2 in ({texts})") == [0, 2, 5]
    assert found(f"c2 not in ({texts})") == [3, 4]
