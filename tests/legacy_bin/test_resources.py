"""--threads and --memory: what is accepted."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.usefixtures("inputs")
WRITERS = ["votcat", "votcnv", "votselect", "votsort", "votstat"]


def operands(tool: str) -> list[str]:
    return ["stars.xml", "stars.xml"] if tool == "votcat" else ["stars.xml"]


@pytest.mark.parametrize("tool", WRITERS)
def test_a_number_of_threads_begins_at_one(run, tool):
    for number in ("0", "-2"):
        done = run(tool, f"--threads={number}", *operands(tool))
        expected = f"Error: invalid number of threads '{number}': a number from 1 is expected\n"
        assert (done.status, done.stdout, done.stderr) == (1, b"", expected)
    done = run(tool, "--threads=all", *operands(tool))
    assert (done.status, done.stdout, done.stderr) == (1, b"", "Warning: value 'all' is not an integer\n")


@pytest.mark.parametrize("tool", WRITERS)
def test_any_number_of_threads_gives_a_small_table_as_before(run, tool):
    expected = run(tool, *operands(tool)).stdout
    assert expected
    for number in ("1", "2", "2000000000"):
        done = run(tool, "--threads", number, *operands(tool))
        assert (done.status, done.stdout, done.stderr) == (0, expected, "")
