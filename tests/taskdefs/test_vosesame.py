"""The task vosesame over the local archive."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest
from archive.fixture import RunningArchive

from voclient.tasking import TaskParameterError


@pytest.fixture
def sesame(vao: ModuleType, archive: RunningArchive, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    for name, value in archive.environment.items():
        monkeypatch.setenv(name, value)
    return vao


def test_a_name_gives_numbers(sesame: ModuleType) -> None:
    result = sesame.vosesame("m31")
    assert result.exitmsg == ""
    assert (result["ra"], result["dec"]) == (10.684708, 41.26875)
    assert (result["name"], result["ra_hms"]) == ("m31", "00:42:44.33")
    assert (result.unit("ra"), result.unit("ra_error")) == ("deg", "mas")
    assert str(result.quantity("ra_error").unit) == "mas"


def test_a_list_of_names_gives_lists_in_its_order(sesame: ModuleType) -> None:
    result = sesame.vosesame(["m51", "m31"])
    assert result["name"] == ["m51", "m31"]
    assert result["ra"] == [202.469575, 10.684708]
    assert sesame.vosesame(["m31"])["ra"] == [10.684708]


def test_names_that_are_not_resolved_are_listed_and_the_run_is_an_error(sesame: ModuleType) -> None:
    result = sesame.vosesame(["m31", "no such thing"])
    assert result.exitstatus == result.ERROR
    assert result["unresolved"] == ["no such thing"]
    assert result["ra"] == [10.684708]
    alone = sesame.vosesame("no such thing")
    assert "ra" not in alone
    assert "Cannot resolve target 'no such thing'" in alone.exitmsg
    with pytest.raises(KeyError, match="Cannot resolve"):
        alone["ra"]


def test_a_file_of_names_has_its_own_parameter_and_gives_lists(sesame: ModuleType) -> None:
    Path("names.txt").write_text("m31\n\n# a remark\nm51\n")
    assert sesame.vosesame(file="names.txt")["name"] == ["m31", "m51"]


def test_a_name_with_blanks_or_marks_arrives_as_it_is(sesame: ModuleType, archive: RunningArchive) -> None:
    for name in ("no such $HOME", "'; ls #", "--help me", "a&b+c"):
        assert sesame.vosesame(name)["unresolved"] == [name]


def test_positions_are_converted_without_names_or_network(sesame: ModuleType, archive: RunningArchive) -> None:
    result = sesame.vosesame(pos="187.5,-2.05")
    assert (result["ra"], result["dec"], result["ra_hms"]) == (187.5, -2.05, "12:30:00.0")
    assert archive.log() == []
    with pytest.raises(TaskParameterError, match="does not have the form"):
        sesame.vosesame(position="187.5")


def test_nothing_to_resolve_is_a_wrong_call(sesame: ModuleType) -> None:
    with pytest.raises(TaskParameterError, match="'target' or 'file'"):
        sesame.vosesame()


def test_output_goes_to_a_file_as_well_as_to_the_result(sesame: ModuleType) -> None:
    result = sesame.vosesame("m31", output="out.tsv")
    assert result["output"].read_text().startswith("10.684708\t")
    assert result["ra"] == 10.684708


def test_many_names_are_answered_one_by_one_while_the_task_runs(sesame: ModuleType) -> None:
    result = sesame.vosesame(["m31", "m51"], async_=True)
    pairs = list(result.stream())
    assert [value for key, value in pairs if key == "name"] == ["m31", "m51"]
    assert result.wait(60)
    assert result.exitstatus == result.SUCCESS
