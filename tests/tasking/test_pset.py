"""Parameter sets: a checked dict of values, saved and read back, and calls with them."""

from __future__ import annotations

import pickle
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import pytest
from astropy import units as u
from astropy.table import Table
from hypothesis import example, given
from hypothesis import strategies as st

from voclient import tasking
from voclient.tasking import Descriptor, Parameter, Task, TaskParameterError
from voclient.tasking.descriptors.descriptor import Place

TASK = """\
summary: Show what was given
aliases: [old_show]
executable: {program}
parameters:
  name: {{argv: "{{}}", repeated: true, required: true, help: Names, aliases: [obj]}}
  second: {{argv: "{{}}"}}
  radius: {{argv: "-r {{}}", type: float, unit: arcmin, default: 0.5, min: 0, help: How far}}
  format: {{argv: "-f {{}}", choices: [csv, "1.10"], aliases: [fmt]}}
  force: {{argv: --force, type: bool}}
  band: {{argv: "-b {{}}", type: range}}
  table: {{argv: "-t {{}}", type: table}}
  count: {{argv: "-n {{}}", type: int, repeated: true}}
  key: {{environment: KEY, secret: true}}
results:
  stdout: {{format: json, keys: {{argv: list}}}}
"""


@pytest.fixture
def show(make_package: Callable[..., Path], show_arguments: Path) -> Task:
    return tasking.load_package(make_package("demo", show=TASK.format(program=show_arguments), other=OTHER)).show


OTHER = "summary: Another\nexecutable: cat\nparameters: {second: {argv: '{}'}}\n"


def test_values_are_checked_when_they_are_set(show: Task) -> None:
    pset = show.pset(obj=["m31", "m51"], radius="2")
    pset["force"] = "yes"
    pset["radius"] = 90 * u.arcsec
    assert dict(pset) == {"name": ["m31", "m51"], "radius": 1.5, "force": True}
    assert pset["obj"] == ["m31", "m51"]
    assert "fmt" not in pset
    with pytest.raises(TaskParameterError, match="show: parameter 'radius': -1 arcmin is below the minimum 0"):
        pset["radius"] = -1
    with pytest.raises(TaskParameterError, match="show: no parameter 'raduis'; did you mean 'radius'"):
        pset["raduis"] = 1
    assert pset["radius"] == 1.5


def test_setting_several_sets_all_or_none(show: Task) -> None:
    pset = show.pset(radius=1)
    with pytest.raises(TaskParameterError):
        pset.update(force=True, format="xyz")
    assert dict(pset) == {"radius": 1}
    pset.update({"force": True}, radius=None)
    assert dict(pset) == {"force": True}
    assert dict(pset | {"fmt": "csv"}) == {"format": "csv", "force": True}
    assert dict(pset) == {"force": True}


def test_what_is_not_set_says_what_happens_then(show: Task) -> None:
    pset = show.pset()
    with pytest.raises(KeyError, match=r"show: parameter 'radius' is not set; left out it is 0\.5"):
        pset["radius"]
    with pytest.raises(KeyError, match="show: no parameter 'raduis'; did you mean 'radius'"):
        pset["raduis"]
    with pytest.raises(KeyError):
        del pset["radius"]
    assert pset.get("radius", 3) == 3


def test_parameters_are_listed_by_pattern_and_parts_of_a_set_are_sets(show: Task) -> None:
    pset = show.pset(name="m31", radius=1, force=True)
    assert pset.names() == ["name", "second", "radius", "format", "force", "band", "table", "count", "key"]
    assert pset.names("f*") == ["format", "force"]
    assert dict(pset.select("r*", "fo*")) == {"radius": 1, "force": True}
    other = show.pset(radius=3)
    other.update(pset.select("force"))
    assert dict(other) == {"radius": 3, "force": True}
    del other["force"]
    other.clear()
    assert (len(other), len(pset)) == (0, 3)


def test_a_task_is_called_with_a_set_and_what_the_call_says_wins(show: Task) -> None:
    pset = show.pset(name="m31", radius=1, format="csv")
    assert pset()["argv"] == ["m31", "-r", "1", "-f", "csv"]
    assert show(pset, fmt="1.10", radius=None)["argv"] == ["m31", "-f", "1.10"]
    assert pset("m33", "x", force=True)["argv"] == ["m33", "x", "-r", "1", "-f", "csv", "--force"]
    assert show(**pset)["argv"] == ["m31", "-r", "1", "-f", "csv"]
    assert show.prepare(pset).words == ["m31", "-r", "1", "-f", "csv"]
    assert [r["argv"][0] for r in show.map(["a", "b"], **pset.select("radius"))] == ["a", "b"]
    with pytest.raises(TimeoutError):
        pset(timeout=1e-9, check=True)
    assert dict(pset) == {"name": "m31", "radius": 1, "format": "csv"}


def test_a_set_of_another_task_is_refused(show: Task) -> None:
    other = tasking.import_task("demo.other").pset(second="x")
    with pytest.raises(TaskParameterError, match=r"show: <parameters of demo\.other: second='x'> is a set of another"):
        show(other)
    assert show(show.pset(other), name="a")["argv"] == ["a", "x"]


def test_calls_at_the_same_time_share_nothing(show: Task) -> None:
    pset = show.pset(name="m31")
    seen: dict[int, list[str]] = {}

    def call(number: int) -> None:
        mine = pset.copy()
        mine["radius"] = number
        seen[number] = pset.task(mine)["argv"]

    threads = [threading.Thread(target=call, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == {number: ["m31", "-r", str(number)] for number in range(8)}
    assert dict(pset) == {"name": "m31"}


def test_a_set_is_shown_whole_but_for_secrets(show: Task) -> None:
    pset = show.pset(name="m31", key="abracadabra")
    assert repr(pset) == "<parameters of demo.show: name='m31', key=***>"
    assert str(pset).splitlines()[:4] == [
        "show: Show what was given",
        "  name      'm31'             Names",
        "  (second)",
        "  (radius)  0.5               How far",
    ]
    assert "abracadabra" not in str(pset)


def test_sets_are_equal_by_task_and_values_and_pickle(show: Task) -> None:
    pset = show.pset(name="m31")
    assert pset == show.pset(obj="m31") == pickle.loads(pickle.dumps(pset))
    assert pset == {"name": "m31"}
    assert show.pset() != tasking.import_task("demo.other").pset()


def test_what_was_saved_is_read_back(show: Task, tmp_path: Path) -> None:
    file = tmp_path / "my.yaml"
    pset = show.pset(name=["HD 1", "no", "1e5"], radius=0.25, format="1.10", force=False, band=(None, 5), count=[1, 2])
    pset["key"] = "abracadabra"
    pset.save(file)
    text = file.read_text()
    assert text.startswith("# Show what was given\ntask: demo.show\nparameters:\n\n  # Names (text, or a list of them;")
    assert "  # How far (a number not below 0 (arcmin); default 0.5)\n  radius: 0.25\n" in text
    assert "  # second:\n" in text
    assert "  # key: (secret: not saved)\n" in text
    assert "abracadabra" not in text
    del pset["key"]
    assert show.pset(file) == pset
    assert show.pset(str(file), radius=9)["radius"] == 9


@given(name=st.text(st.characters(exclude_characters="\0"), min_size=1), radius=st.floats(allow_nan=False))
@example(name="caf\udce9", radius=1.0)  # a file name that is no UTF-8
def test_any_text_and_number_is_read_back(name: str, radius: float) -> None:
    parameters = (Parameter("name", argv=("{}",)), Parameter("radius", "float", argv=("{}",)))
    task = Task(Descriptor("any", "Any", "cat", Place("", 1, 1), parameters=parameters))
    pset = task.pset(name=name, radius=radius)
    with NamedTemporaryFile(suffix=".yaml") as file:
        pset.save(file.name)
        assert task.pset(file.name) == pset


def test_a_table_in_memory_cannot_be_saved_and_leaves_the_file_alone(show: Task, tmp_path: Path) -> None:
    file = tmp_path / "my.yaml"
    file.write_text("before")
    with pytest.raises(TaskParameterError, match=r"parameter 'table': <Table.* is in memory only; write it to a file"):
        show.pset(table=Table({"a": [1]})).save(file)
    assert file.read_text() == "before"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "task: demo.show\nparameters:\n  radius: -1\n",
            "my.yaml:3:3: parameter 'radius': -1 arcmin is below the minimum 0",
        ),
        ("parameters: {raduis: 1}\n", "my.yaml:1:14: no parameter 'raduis'; did you mean 'radius'?"),
        ("parameters: {fmt: csv, format: csv}\n", "my.yaml:1:24: parameter 'format' is given twice"),
        ("parameters: {force: yes, force: no}\n", "my.yaml:1:26: 'force' is here twice"),
        ("task: demo.other\nparameters: {}\n", "my.yaml:1:7: these are parameters of demo.other"),
        ("name: m31\n", "my.yaml: a file of parameters says `task: NAME` and `parameters:`"),
        ("parameters: {name: [m31\n", "my.yaml:2:1: not YAML:"),
        (None, "my.yaml: cannot be read: No such file or directory"),
    ],
)
def test_a_wrong_file_is_told_with_its_place(show: Task, tmp_path: Path, text: str | None, message: str) -> None:
    file = tmp_path / "my.yaml"
    if text is not None:
        file.write_text(text)
    with pytest.raises(TaskParameterError) as info:
        show.pset(file)
    assert str(info.value).startswith("show: ")
    assert message in str(info.value)


def test_files_may_name_the_task_by_an_alias(show: Task, tmp_path: Path) -> None:
    file = tmp_path / "my.yaml"
    file.write_text("task: old_show\nparameters: {fmt: 1.10, obj: ~}\n")
    assert dict(show.pset(file)) == {"format": "1.10"}


def test_par_files_of_iraf_and_heasoft_are_read(show: Task, tmp_path: Path) -> None:
    file = tmp_path / "show.par"
    file.write_text(
        "# parameters of show\n"
        'name,s,a,"m31, m51",,,"Names, one or more"\n'
        "radius,r,h,2.5,0.,,How far\n"
        "force,b,h,yes\n"
        "second,s,h,INDEF,,,\n"
        "format,s,h,'csv',csv|1.10,,\"Format\"\n"
        "mode,s,h,ql,,,\n"
    )
    assert dict(show.pset(file)) == {"name": ["m31", "m51"], "radius": 2.5, "format": "csv", "force": True}
    file.write_text("name,s,a,)other.name,,,\n")
    with pytest.raises(TaskParameterError, match=r"show\.par:1: parameter 'name': '\)other\.name' stands for"):
        show.pset(file)
    file.write_text("radius,r,h,-1,,,\n")
    with pytest.raises(TaskParameterError, match=r"show\.par:1: parameter 'radius': -1 arcmin is below"):
        show.pset(file)
    file.write_text("what is this\n")
    with pytest.raises(TaskParameterError, match=r"show\.par:1: not a line of a \.par file"):
        show.pset(file)


@pytest.mark.parametrize("source", [3, ["name"], b"x"])
def test_a_set_is_made_of_a_mapping_or_a_file(show: Task, source: Any) -> None:
    with pytest.raises(TaskParameterError, match="show: a parameter set is made of a mapping or a file, not of"):
        show.pset(source)


def test_calls_without_sets_do_not_load_them() -> None:
    code = "import sys; from voclient.vaopackage import votinfo; votinfo('<VOTABLE/>')\n"
    code += "assert not {'voclient.tasking.calls.pset', 'voclient.tasking.calls.map'} & set(sys.modules)"
    subprocess.run([sys.executable, "-P", "-c", code], check=True, timeout=60)
