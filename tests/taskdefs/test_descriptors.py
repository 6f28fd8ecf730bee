"""The descriptors against what the programs say of themselves."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from archive.fixture import RunningArchive
from tool_names import TASKS

from voclient.tasking.descriptors.descriptor import Descriptor, Parameter
from voclient.tasking.packages.searchpath import find_packages
from voclient.vaopackage import __dir__ as names_of_tasks

VALUES = {"value", "integer", "real"}
FLAGS = {"flag", "count", "optional", "action"}


def described(bindir: Path, tool: str) -> list[dict[str, Any]]:
    """The option table of a program."""
    printed = subprocess.run([bindir / tool, "--describe"], capture_output=True, check=True, timeout=20).stdout
    options: list[dict[str, Any]] = yaml.safe_load(printed)["options"]
    return options


# Given only by who asks for what no original does.
NOT_OF_AN_ORIGINAL = {
    "votinfo --lint", "votinfo --repeats={}", "votstat --by={}", "votstat --columns={}", "votstat --statistics={}",
    "votstat --quantiles={}", "votstat --fmt={}",
}  # fmt: skip


def descriptor_of(tool: str) -> Descriptor:
    from voclient import vaopackage

    descriptor: Descriptor = getattr(vaopackage, tool).descriptor
    return descriptor


def words_of(descriptor: Descriptor) -> Iterator[tuple[str, Parameter | None]]:
    """Every option word a descriptor may put on the command line."""
    for word in descriptor.arguments:
        yield word, None
    for parameter in descriptor.parameters:
        for word in (*(parameter.argv or ()), *(word for _, words in parameter.flags for word in words)):
            if word.startswith("-") and ("=" not in word or "{" in word):  # without those that it always says
                yield word, parameter


def test_the_package_has_the_six_tasks() -> None:
    assert set(TASKS) <= set(names_of_tasks())


@pytest.mark.parametrize("tool", TASKS)
def test_every_option_a_descriptor_uses_is_one_of_the_original_and_of_the_same_kind(bindir: Path, tool: str) -> None:
    options = described(bindir, tool)
    for word, parameter in words_of(descriptor_of(tool)):
        name, has_value, _ = word.partition("=")
        option = next(o for o in options if name in (f"--{o.get('name')}", f"-{o.get('letter')}"))
        assert not option.get("new") or f"{tool} {word}" in NOT_OF_AN_ORIGINAL, f"{word}: the original lacks it"
        assert option["kind"] in (VALUES if has_value else FLAGS), word
        if parameter is not None and option["kind"] == "integer":
            assert parameter.type == "int", word
        if parameter is not None and option.get("choices") and parameter.choices:
            assert set(parameter.choices) <= set(option["choices"]), word


@pytest.mark.parametrize("tool", TASKS)
def test_the_original_s_name_of_each_option_is_a_name_of_its_parameter(tool: str) -> None:
    """All but those with an opposite (header), a repetition of their own, or the name of a control (cache)."""
    for word, parameter in words_of(descriptor_of(tool)):
        name = word.removeprefix("--").partition("=")[0]
        if parameter is not None and parameter.name not in ("header", "descriptions", "url_files"):
            assert name in (parameter.name, *parameter.aliases), word


@pytest.mark.parametrize("tool", TASKS)
def test_defaults_are_those_of_the_program(bindir: Path, tool: str) -> None:
    options = {option.get("name"): option for option in described(bindir, tool)}
    for word, parameter in words_of(descriptor_of(tool)):
        option = options.get(word.removeprefix("--").partition("=")[0])
        if option and "default" in option and parameter is not None and parameter.name not in ("header", "output"):
            assert str(parameter.default) == option["default"], word


def test_the_examples_give_what_they_promise(archive: RunningArchive, bindir: Path, tmp_path: Path) -> None:
    import os

    folder = find_packages("vao")[0].folder
    environment = {**os.environ, **archive.environment, "HOME": str(tmp_path), "VOCLIENT_BINDIR": str(bindir)}
    done = subprocess.run([sys.executable, "-m", "voclient.cli", "check", "--network", folder], env=environment,
                          capture_output=True, text=True, timeout=60, check=False)  # fmt: skip
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert "skipped" not in done.stdout


def test_the_package_bears_the_version_of_the_project() -> None:
    import voclient

    (package,) = find_packages("vao")
    assert package.version == voclient.__version__
