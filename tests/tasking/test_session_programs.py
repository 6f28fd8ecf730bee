"""Sessions of programs that Debian has: bc, sqlite3 and gnuplot."""

from __future__ import annotations

from pathlib import Path

import pytest

from voclient.tasking import Task, import_task, load_descriptor

pytestmark = pytest.mark.usefixtures("nothing_left_of_sessions")


def task_of(tmp_path: Path, text: str) -> Task:
    (tmp_path / "t.yaml").write_text(f"task: t\nsummary: A program of Debian\n{text}")
    return Task(load_descriptor(tmp_path / "t.yaml"))


BC = r"""
executable: bc
arguments: [-q]
parameters: {expression: {required: true}}
session:
  marker: 'print "ready\n"'
  prompt: 'ready\n'
  startup: ["scale = 4"]
  command: "{expression}"
  quit: quit
  error: '^(\(standard_in\)|Runtime error) .*'
results:
  stdout: {format: regex, pattern: '(?P<value>.+)', rows: false, keys: {value: float}}
"""
SQLITE = r"""
executable: sqlite3
arguments: [-interactive, -csv, -header]
parameters:
  database: {type: path, argv: "{}"}
  query: {required: true, pattern: '.*;'}
session:
  prompt: 'sqlite> '
  command: "{query}"
  quit: .quit
  error: '^(?:Parse|Runtime) error.*'
results:
  stdout: {format: csv, keys: {star: string, vmag: float}}
"""


def test_bc_has_no_prompt_and_is_told_to_say_when_it_is_done(tmp_path: Path) -> None:
    with task_of(tmp_path, BC).session() as bc:
        assert [bc(text)["value"] for text in ("6 * 7", "1 / 3", "2 ^ 64")] == [42, 0.3333, 18446744073709551616.0]
        assert bc("1 / 0").exitmsg == "Runtime error"
        assert bc("while (1) {}", timeout=0.2).exitstatus.name == "TIMEOUT"
        assert bc("1 + 1")["value"] == 2


def test_sqlite_gives_tables_from_one_database(tmp_path: Path) -> None:
    with task_of(tmp_path, SQLITE).session(database=tmp_path / "stars.db") as query:
        query("create table stars (star, vmag);")
        query("insert into stars values ('Vega', 0.03), ('Sirius', -1.46);")
        assert query("select * from stars order by vmag;")["star"] == ["Sirius", "Vega"]
        assert "no such table" in query("select * from planets;").exitmsg


def test_a_statement_that_is_not_complete_is_told_and_the_next_one_is_answered(tmp_path: Path) -> None:
    with task_of(tmp_path, SQLITE.replace(", pattern: '.*;'", "")).session() as query:
        query._conversation._patience = 0.3
        told = "the command is not complete: the program waits for more, at '...>'"
        assert query("select 1 as star").exitmsg == told
        assert query("select 2 as star, 3 as vmag;")["star"] == ["2"]


@pytest.mark.parametrize("command", ["if (1) {", "pause -1"])
def test_gnuplot_that_waits_for_more_is_found_out(command: str) -> None:
    with import_task("gnuplot.gnuplot").session() as gnuplot:
        gnuplot._conversation._patience = 0.3
        assert gnuplot(command).exitmsg.startswith("the command is not complete: the program waits for more")
        assert gnuplot("print 6 * 7").stdout == "42\n"
