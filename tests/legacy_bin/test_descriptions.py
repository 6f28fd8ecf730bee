"""What the programs say of themselves: help, YAML, manual page, completion; all from the one option table."""

from __future__ import annotations

import re
import subprocess

import pytest
import yaml
from tool_names import PROGRAMS

every_tool = pytest.mark.parametrize("tool", PROGRAMS)


@pytest.fixture
def described(run):
    return lambda tool: yaml.safe_load(run(tool, "--describe").stdout)


@every_tool
def test_help_names_every_option_in_both_forms_and_fits_a_terminal(run, described, tool):
    done = run(tool, "-h")
    assert (done.status, done.stderr) == (0, "")
    assert done.lines[0] == f"{tool} - {described(tool)['summary']}"
    assert all(len(line) <= 79 for line in done.lines)
    for option in described(tool)["options"]:
        forms = [f"-{option['letter']}"] if "letter" in option else []
        forms += [f"--{option['name']}"] if "name" in option else []
        pattern = ", ".join(re.escape(form) for form in forms)
        assert option.get("hidden") or re.search(rf"(?m)^ +{pattern}(?![\w-])", done.text), forms


@every_tool
def test_the_description_is_whole(run, described, tool):
    description = described(tool)
    assert (description["tool"], description["version"]) == (tool, run(tool, "--version").text.split()[-1])
    kinds = {"flag", "count", "value", "integer", "real", "optional", "action"}
    letters = [option["letter"] for option in description["options"] if "letter" in option]
    names = [name for o in description["options"] for name in [*filter(None, [o.get("name")]), *o.get("aliases", [])]]
    assert len(set(letters)) == len(letters)
    assert len(set(names)) == len(names)
    assert {"help", "version", "describe", "man-page", "completion", "test", "return"} <= set(names)
    for option in description["options"]:
        assert option["kind"] in kinds
        assert not option["help"].endswith(".")
        assert ("value" in option) == (option["kind"] in {"value", "integer", "real", "optional"})


@every_tool
def test_the_manual_page_is_without_fault(run, tool, tmp_path):
    page = tmp_path / f"{tool}.1"
    page.write_bytes(run(tool, "--man-page").stdout)
    checked = subprocess.run(["mandoc", "-T", "lint", "-W", "style", page], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stdout) == (0, "")
    shown = subprocess.run(["mandoc", "-T", "utf8", page], capture_output=True, text=True, check=True).stdout
    plain = re.sub(".\b", "", shown)
    for section in ("NAME", "SYNOPSIS", "DESCRIPTION", "ENVIRONMENT", "EXIT STATUS", "EXAMPLES"):
        assert f"\n{section}\n" in plain
    assert re.search(r"\n +-%\[FILE\], --test\[=FILE\]\n", plain)
    assert not re.search(r"\w +(One of|Default|Unit): ", plain)  # a sentence goes before
    examples = re.findall(r"(?m)^  (\S.*)$", run(tool, "-h").text.partition("\nExamples:\n")[2])
    assert examples
    assert all(re.search(rf"(?m)^ +{re.escape(example)}$", plain) for example in examples)  # as they are typed


def test_text_of_a_manual_page_is_text_whatever_it_looks_like(trial, run_program, tmp_path):
    page = tmp_path / "trial.1"
    page.write_bytes(run_program(trial, "--man-page").stdout)
    subprocess.run(["mandoc", "-T", "lint", "-W", "style", page], check=True)
    shown = subprocess.run(["mandoc", "-T", "utf8", page], capture_output=True, text=True, check=True).stdout
    plain = re.sub(".\b", "", shown)
    assert ".A paragraph that starts with a dot." in plain
    assert r".dots and \backslashes in examples:" in plain
    assert r"trial .hidden 'quoted\n'" in plain


def complete(run, tool: str, *words: str) -> list[str]:
    """What bash offers for the last of the words of a command line."""
    script = run(tool, "--completion=bash").text + 'COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); compopt() { :; }\n'
    script += f'_voclient_{tool}; printf "%s\\n" "${{COMPREPLY[@]}}"'
    done = subprocess.run(["bash", "-c", script, "bash", *words], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout.split()


def test_bash_completes_options_and_choices(run):
    assert complete(run, "votcnv", "votcnv", "--f") == ["--fmt="]
    assert "-f" in complete(run, "votcnv", "votcnv", "x.xml", "-")
    formats = ["votb", "votb2", "votfits"]
    for words in (["-f", "votb"], ["--fmt", "votb"], ["--fmt", "=", "votb"], ["fmt", "=", "votb"]):
        assert complete(run, "votcnv", "votcnv", *words) == formats[:2]
    assert complete(run, "votcnv", "votcnv", "--fmt", "=")[:2] == ["vot", "asv"]
    assert complete(run, "votcnv", "votcnv", "--output", "=", "x") == []  # file names are the shell's


@every_tool
def test_bash_finds_no_fault_in_the_completion(run, tool):
    script = run(tool, "--completion", "bash").stdout
    subprocess.run(["bash", "-n"], input=script, check=True)
    for shell in ("zsh", "fish"):
        assert run(tool, f"--completion={shell}").text.count(tool) >= 2


def test_an_unknown_shell_is_refused(run):
    done = run("votcnv", "--completion=tcsh")
    expected = "Error: no completion for 'tcsh', only for bash, zsh and fish\n"
    assert (done.status, done.stdout, done.stderr) == (1, b"", expected)


@every_tool
def test_help_on_a_full_disk_is_an_error(bindir, tool):
    with open("/dev/full", "wb") as full:
        done = subprocess.run([bindir / tool, "-h"], stdout=full, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (1, b"Cannot write standard output: No space left on device\n")
