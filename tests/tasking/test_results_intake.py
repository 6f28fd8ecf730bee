"""One run's output as a whole: channel and stdout, files, references, one or many."""

from __future__ import annotations

import io
import json
import pickle
from pathlib import Path
from typing import Any, BinaryIO

import numpy
import pytest

from voclient.tasking.descriptors.descriptor import Descriptor, Invocation, Key, Parameter, Place, Results, Section
from voclient.tasking.errors import ResultError
from voclient.tasking.results import Item
from voclient.tasking.results.contents import Contents
from voclient.tasking.results.intake import Intake
from voclient.tasking.results.references import Reference

X = Key("x", "float", unit="deg", array=True)
VOTABLE = (
    b'<VOTABLE version="1.4"><RESOURCE><TABLE><FIELD name="x" datatype="double" unit="deg"/><DATA><TABLEDATA>'
    b"<TR><TD>1.5</TD></TR></TABLEDATA></DATA></TABLE></RESOURCE></VOTABLE>"
)


class Captured:
    def __init__(self) -> None:
        self.data = b""

    def open(self) -> BinaryIO:
        return io.BytesIO(self.data)

    def __len__(self) -> int:
        return len(self.data)


class Run:
    """A run without a process."""

    def __init__(self, results: Results, many: bool = True, folder: str = "/", **values: Any) -> None:
        parameters = (Parameter("output", "path"), Parameter("format", "choice", default="xml"))
        descriptor = Descriptor("t", "", "t", Place("t", 1, 1), parameters=parameters, results=results)
        invocation = Invocation("t", [], values=values, many=many)
        self.stdout = Captured()
        self.contents = Contents(descriptor, invocation)
        self.intake = Intake(descriptor, invocation, stdout=self.stdout, stderr=Captured(), folder=folder)

    def take(self, events: Any) -> None:
        for event in events:
            if isinstance(event, Item):
                self.contents.apply(event)

    def prints(self, data: bytes) -> Run:
        self.stdout.data += data
        self.take(self.intake.feed_stdout(data))
        return self

    def says(self, data: bytes) -> Run:
        self.take(self.intake.feed_channel(data))
        return self

    def ends(self, success: bool = True) -> dict[str, Any]:
        self.take(self.intake.finish(success))
        return self.values()

    def values(self) -> dict[str, Any]:
        found = {name: self.contents.value(name) for name in self.contents}
        found = {name: value.resolve() if isinstance(value, Reference) else value for name, value in found.items()}
        return {name: value.tolist() if isinstance(value, numpy.ndarray) else value for name, value in found.items()}


ROWS = Results(stdout=Section("csv", (X, Key("table", "table")), columns=("x",), header=False))


def test_a_channel_that_is_on_gives_all_keys_and_stdout_none() -> None:
    run = Run(ROWS).says(b'{"opset": 1}\n').prints(b"not a number\n").says(b'{"row": {"x": 2.25}}\n')
    assert run.ends()["x"] == [2.25]


def test_without_the_first_line_of_a_channel_stdout_is_read() -> None:
    assert Run(ROWS).prints(b"1\n2\n").ends()["x"] == [1.0, 2.0]


@pytest.mark.parametrize(
    ("many", "printed", "expected"),
    [(False, b"1\n", 1.0), (False, b"1\n2\n", [1.0, 2.0]), (True, b"1\n", [1.0]), (True, b"", [])],
)
def test_one_plain_value_and_one_row_give_a_scalar_all_else_lists(many: bool, printed: bytes, expected: Any) -> None:
    assert Run(ROWS, many).prints(printed).ends()["x"] == expected


def test_one_plain_value_without_a_row_gives_no_key() -> None:
    assert "x" not in Run(ROWS, many=False).ends()


def test_rows_may_be_read_while_they_come_and_are_copies() -> None:
    run = Run(ROWS).prints(b"1\n2")
    first = run.contents.value("x")
    assert isinstance(first, numpy.ndarray)
    run.prints(b"0\n")
    assert first.tolist() == [1.0]
    assert run.values()["x"] == [1.0, 20.0]


def test_rows_stay_aligned_when_one_lacks_a_key() -> None:
    run = Run(Results(channel=(Key("n", "int"), Key("s"))))
    run.says(b'{"row": {"s": "a"}}\n{"row": {"n": 2}}\n{"row": {"n": 3, "s": "c"}}\n')
    assert run.ends() == {"n": [None, 2, 3], "s": ["a", None, "c"]}


def test_integers_with_gaps_become_an_array_of_floats() -> None:
    values = (
        Run(Results(channel=(Key("n", "int", array=True),))).says(b'{"row": {"n": 1}}\n{"row": {"n": null}}\n').ends()
    )
    assert values["n"][0] == 1.0
    assert values["n"][1] != values["n"][1]


def test_the_tool_s_word_on_a_unit_goes_before_the_descriptor_s() -> None:
    run = Run(ROWS)
    assert run.contents.unit("x") == "deg"
    run.says(b'{"key": "x", "value": 1, "unit": "arcsec"}\n')
    assert run.contents.unit("x") == "arcsec"
    assert run.contents.unit("unheard") is None


def test_row_keys_make_a_table_with_units() -> None:
    table = Run(ROWS).prints(b"1\n\nINDEF\n").ends()["table"]
    assert table.colnames == ["x"]
    assert str(table["x"].unit) == "deg"
    assert table["x"][0] == 1.0
    assert numpy.isnan(table["x"][-1])


FORMATTED = Results(
    stdout=Section(
        "{format}", (Key("table", "table"), Key("text", "text"), Key("output", "path")), path="{output}"
    )
)  # fmt: skip


@pytest.mark.parametrize(
    ("format", "printed"),
    [
        ({}, VOTABLE), ({"format": "votb2"}, VOTABLE),
        ({"format": "csv"}, b"# x\n1.5\n"), ({"format": "tsv"}, b"x\n1.5"),
        ({"format": "ecsv"}, b"# %ECSV 1.0\n# ---\n# datatype:\n# - {name: x, datatype: float64}\nx\n1.5\n"),
        ({"format": "json"}, b'{"fields": [{"name": "x", "datatype": "double"}], "rows": [[1.5]]}'),
        ({"format": "jsonl"}, b'{"x": 1.5}\n'),
    ],
)  # fmt: skip
def test_a_table_is_a_reference_opened_when_asked_for(format: dict[str, str], printed: bytes) -> None:
    values = Run(FORMATTED, **format).says(b'{"opset": 1}\n').prints(printed).ends()
    assert values.keys() == {"table"}
    assert values["table"]["x"].tolist() == [1.5]


@pytest.mark.parametrize("format", ["html", "shtml", "asv", "ascii", "bsv"])
def test_other_formats_are_texts(format: str) -> None:
    assert Run(FORMATTED, format=format).prints(b"a\xc3\xa9").ends() == {"text": "aé"}


def test_a_delimited_table_has_types_masks_and_distinct_names() -> None:
    table = Run(FORMATTED, format="csv").prints(b'# a,a,s,b\n1,1.5,x,\n,2,"y,z",\n').ends()["table"]
    assert table.colnames == ["a", "a_2", "s", "b"]
    assert table["a"].mask.tolist() == [False, True]
    assert (table["a_2"].tolist(), table["s"].tolist(), table["b"].tolist()) == ([1.5, 2.0], ["x", "y,z"], ["", ""])


TYPES = {
    "boolean": [True, None], "bit": [False, True], "unsignedByte": [255, None], "short": [-1, 1], "int": [1, None],
    "long": [2**63 - 1, None], "char": ["a", None], "unicodeChar": ["é", ""], "float": [0.5, "NaN"],
    "double": ["-Infinity", None], "floatComplex": [[1.0, "NaN"], None],
}  # fmt: skip


def test_json_has_types_masks_and_metadata() -> None:
    fields = [{"name": "c", "datatype": name, "unit": "m", "ucd": "u", "description": "d"} for name in TYPES]
    document = {"name": "t", "fields": fields, "rows": list(zip(*TYPES.values(), strict=True)), "params": []}
    table = Run(FORMATTED, format="json").prints(json.dumps(document).encode()).ends()["table"]
    assert table.meta == {"name": "t", "params": []}
    assert table.colnames == ["c", *(f"c_{i}" for i in range(2, 12))]
    kinds = ["b1", "b1", "u1", "i2", "i4", "i8", "U1", "U1", "f4", "f8", "c8"]
    for column, kind, values in zip(table.itercols(), kinds, TYPES.values(), strict=True):
        assert column.dtype == numpy.dtype(kind)
        assert (str(column.unit), column.description, column.meta) == ("m", "d", {"ucd": "u"})
        assert numpy.ma.getmaskarray(column).tolist() == [value is None for value in values]
    assert table["c_6"][0] == 2**63 - 1
    assert numpy.isnan(table["c_9"][1])
    assert table["c_11"][0].real == 1


def test_json_arrays_are_arrays() -> None:
    columns = {("int", "2x3"): [[1, 2], [3, 4], [5, None]], ("double", "*"): [1.5, "NaN"], ("char", "3x*"): ["a", "b"],
               ("doubleComplex", "*"): [[1, 2], [3, 4]], ("doubleComplex", "4*"): []}  # fmt: skip
    fields = [{"name": f"c{i}", "datatype": a, "arraysize": b} for i, (a, b) in enumerate(columns)]
    document = {"fields": fields, "rows": [list(columns.values()), [None] * 5]}
    table = Run(FORMATTED, format="json").prints(json.dumps(document).encode()).ends()["table"]
    assert (table["c0"].shape, table["c0"].dtype) == ((2, 3, 2), numpy.dtype("i4"))
    assert table["c0"].mask.tolist() == [[[False] * 2] * 2 + [[False, True]], [[True] * 2] * 3]
    assert [table[f"c{i}"].mask.tolist() for i in range(1, 5)] == [[False, True]] * 4
    assert table["c1"][0].tolist()[0] == 1.5
    assert table["c2"][0].tolist() == ["a", "b"]
    assert table["c3"][0].tolist() == [1 + 2j, 3 + 4j]
    assert (table["c4"][0].shape, table["c4"][0].dtype) == ((0,), numpy.dtype("c16"))


def test_json_lines_are_typed_by_what_is_in_them() -> None:
    rows = [
        {"i": 1, "f": "NaN", "b": True, "s": "x", "l": [1]},
        {"i": None, "f": 1, "b": False, "s": "NaN", "l": [1, 2]},
    ]
    printed = "".join(json.dumps(row) + "\n" for row in rows).encode()
    table = Run(FORMATTED, format="jsonl").prints(printed).ends()["table"]
    assert [table[name].dtype.kind for name in table.colnames] == ["i", "f", "b", "U", "O"]
    assert table["i"].mask.tolist() == [False, True]
    assert numpy.isnan(table["f"][0])
    assert (table["s"].tolist(), list(table["l"])) == (["x", "NaN"], [[1], [1, 2]])


def test_json_that_a_task_reads_itself_is_no_table() -> None:
    section = Section("{format}", (Key("text", "text"),))
    assert Run(Results(stdout=section), format="json").prints(b"{}").ends() == {"text": "{}"}


def test_a_document_that_is_no_table_is_a_result_error() -> None:
    run = Run(FORMATTED).prints(b"<VOTABLE><RES")
    run.take(run.intake.finish(True))
    with pytest.raises(ResultError, match="cannot be read as a table"):
        run.contents.value("table").resolve()


def test_a_run_that_failed_or_printed_nothing_has_no_references() -> None:
    assert Run(FORMATTED).prints(VOTABLE).ends(success=False) == {}
    assert Run(FORMATTED).ends() == {}


def test_an_output_file_is_read_in_place_of_stdout(tmp_path: Path) -> None:
    (tmp_path / "o.csv").write_text("# x\n2.5\n")
    values = Run(FORMATTED, folder=str(tmp_path), output="o.csv", format="csv").ends()
    assert values["output"] == tmp_path / "o.csv"
    assert values["table"]["x"].tolist() == [2.5]


def test_rows_are_parsed_from_the_output_file_too(tmp_path: Path) -> None:
    (tmp_path / "o").write_text("1\n2\n")
    results = Results(stdout=Section("csv", (X,), columns=("x",), header=False, path="{output}"))
    assert Run(results, output=str(tmp_path / "o")).ends() == {"x": [1.0, 2.0]}


def test_a_pattern_of_files_gives_a_list_of_paths(tmp_path: Path) -> None:
    for name in ("b[1].dat", "b[1]-2.dat", "other.dat"):
        (tmp_path / name).touch()
    results = Results(files=(Section("text", (Key("files", "path"),), path="{output}*.dat"),))
    values = Run(results, folder=str(tmp_path), output="b[1]").ends()
    assert [path.name for path in values["files"]] == ["b[1]-2.dat", "b[1].dat"]


def test_output_that_cannot_be_read_is_not_taken_for_no_rows() -> None:
    run = Run(ROWS)
    with pytest.raises(ResultError, match="line 1"):
        run.prints(b"much\n")
    assert "x" not in run.ends()


def test_an_error_in_one_stream_leaves_the_others_readable() -> None:
    run = Run(ROWS)
    with pytest.raises(ResultError, match="OPset channel"):
        run.says(b"nonsense\n")
    run.says(b'{"key": "n", "value": 1}\n').prints(b"7\n")
    assert run.ends()["x"] == [7.0]


def test_contents_and_references_travel_to_other_processes() -> None:
    run = Run(FORMATTED, format="html").prints(b"text")
    run.take(run.intake.finish(True))
    copy = pickle.loads(pickle.dumps(run.contents))
    assert copy.value("text").resolve() == "text"
