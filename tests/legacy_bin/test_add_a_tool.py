"""The program of docs/developer/add-a-tool.md is one, and does what the page says."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

PAGE = Path(__file__).resolve().parents[2] / "docs" / "developer" / "add-a-tool.md"


def test_the_example_of_the_page_is_a_tool(make_trial, run_program, tmp_path):
    source = tmp_path / "vowords.c"
    (text,) = re.findall(r"```c\n(.*?)```", PAGE.read_text(), re.DOTALL)
    source.write_text(text)
    tool = make_trial("VOWORDS", source)
    assert run_program(tool, "first=7", "b", "c").lines == ["7 b", "8 c"]
    assert run_program(tool, "nonumber+", "b", "-o", tmp_path / "out").status == 0
    assert (tmp_path / "out").read_text() == "b\n"
    assert run_program(tool).stderr == "Error: no words given\n"
    assert yaml.safe_load(run_program(tool, "--describe").stdout)["tool"] == "vowords"
    assert run_program(tool, "--test", "x").status == 0
