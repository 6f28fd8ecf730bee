"""Results of very many rows: in a file, not in memory, and no different to who reads them."""

from __future__ import annotations

import gc
import json
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
from tasking.programs import open_files, run_program

from voclient.tasking.descriptors.descriptor import Key, Results, Section
from voclient.tasking.opset import OPset
from voclient.tasking.results.bulk import BLOCK, BulkColumn
from voclient.tasking.running.capture import CapturedOutput

COUNT = 3 * BLOCK + 5
KEYS = (Key("x", "float", array=True), Key("n", "int"), Key("s"), Key("f", "float"), Key("table", "table"))
ROWS = Results(stdout=Section("csv", header=False, columns=("x", "n", "s", "f"), keys=KEYS))
PROGRAM = 'BEGIN { for (i = 0; i < %d; i++) print i ".5," (i %% 7 ? i : "") ",star " i "," i / 4 }'


@pytest.fixture(scope="module")
def result() -> OPset:
    return run_program("/usr/bin/awk", PROGRAM % COUNT, results=ROWS)


def test_values_are_those_of_few_rows(result: OPset) -> None:
    assert result.exitstatus == result.SUCCESS
    assert result["n"] == [i if i % 7 else None for i in range(COUNT)]
    assert result["s"] == [f"star {i}" for i in range(COUNT)]
    assert result["f"][:5] == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert result["x"][-1] == COUNT - 0.5
    assert len(result["table"]) == len(result.to_table("s")) == COUNT
    assert f"{COUNT:,} rows, the first 5 shown" in result._repr_html_()


def test_they_stream_and_travel(result: OPset) -> None:
    stream = result.stream()
    assert [next(stream) for _ in range(5)] == [("x", 0.5), ("n", None), ("s", "star 0"), ("f", 0.0), ("x", 1.5)]
    assert sum(key == "s" for key, _ in stream) == COUNT - 1
    again = pickle.loads(pickle.dumps(result))
    assert again["n"] == result["n"]
    assert again["s"][-1] == f"star {COUNT - 1}"
    assert isinstance(again._record.contents._rows["s"], BulkColumn), "in a file, there as well"
    assert pickle.loads(pickle.dumps(again))["f"] == result["f"]


def test_a_row_key_can_be_replaced_or_deleted_while_it_streams() -> None:
    result = run_program("/usr/bin/awk", PROGRAM % COUNT, results=ROWS)
    stream = result.stream()
    next(stream)
    del result["s"]
    result["n"] = "mine"
    rest = list(stream)
    assert ("s", f"star {COUNT - 1}") not in rest
    assert ("f", (COUNT - 1) / 4) in rest


def test_they_are_in_one_file_that_goes_with_the_result() -> None:
    def unnamed() -> set[tuple[str, str]]:
        return {(number, target) for number, target in open_files().items() if target.endswith("(deleted)")}

    gc.collect()
    before = unnamed()
    result = run_program("/usr/bin/awk", PROGRAM % COUNT, results=ROWS)
    assert len(unnamed() - before) == 2, "of the rows, and of the captured output"
    result.close()
    assert result["s"][COUNT - 1] == f"star {COUNT - 1}", "values stay readable"
    del result
    assert not unnamed() - before


def test_a_million_rows_take_little_memory() -> None:
    script = f"""
import json, sys
sys.path.insert(0, {str(Path(__file__).parents[1])!r})
from tasking.programs import run_program
from tasking.test_many_rows import PROGRAM, ROWS
def held():
    return int(next(line for line in open("/proc/self/status") if line.startswith("VmRSS")).split()[1]) / 1024
run_program("/usr/bin/awk", PROGRAM % 10, results=ROWS)
before = held()
result = run_program("/usr/bin/awk", PROGRAM % 1000000, results=ROWS)
print(json.dumps([result._record.contents.row_count, held() - before]))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    count, megabytes = json.loads(done.stdout)
    assert count == 1000000
    assert megabytes < 40, "as lists they are 190"


@pytest.mark.parametrize(
    ("start", "stop"),
    [(0, None), (0, 5), (BLOCK - 1, BLOCK + 1), (BLOCK, 2 * BLOCK), (5, 3 * BLOCK), (2 * BLOCK + 3, None), (9, 9)],
)
@pytest.mark.parametrize("others", [[], [Path("a")]])
def test_a_column_is_read_in_any_range(start: int, stop: int | None, others: list[object]) -> None:
    values = [None, True, 1.5, "a\udcff\n", 10**30, [1, {"a": float("inf")}], *others]
    values = [values[i % len(values)] for i in range(2 * BLOCK + 100)]
    column = BulkColumn(CapturedOutput(), values[:BLOCK])
    column.extend(values[BLOCK:])
    assert len(column) == len(values)
    assert column[start:stop] == values[start:stop]
