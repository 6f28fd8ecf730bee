"""The shared grammar as the tools' users meet it (each row of it is tried in test_options.py)."""

from __future__ import annotations

import pytest
from tool_names import PROGRAMS, TABLE_TOOLS


def operands(tool: str, name: str) -> list[str]:
    """An input; votcat and votjoin want two."""
    return [name, "stars.xml"] if tool in ("votcat", "votjoin") else [name]


@pytest.mark.parametrize(
    "words",
    [
        ["-f", "csv", "-n", "stars.xml"],
        ["-fcsv", "-n", "stars.xml"],
        ["-f=csv", "-n", "stars.xml"],
        ["--fmt=csv", "--noheader", "stars.xml"],
        ["--fmt", "csv", "-noheader", "stars.xml"],
        ["-fmt", "csv", "--nohea", "stars.xml"],
        ["fmt=csv", "noheader+", "stars.xml"],
        ["-nf", "csv", "stars.xml"],
        ["stars.xml", "-n", "--f", "csv", "further.xml"],
        ["-f", "tsv", "-n", "-n", "-f", "csv", "stars.xml"],
        ["noheader-", "-f", "csv", "-n=yes", "--", "stars.xml"],
        ["-n", "-f", "csv", "-o", "-", "stars.xml"],
        ["-n", "-f", "csv", "-xyz=3", "stars.xml"],
    ],
)
def test_every_spelling_gives_the_same_table(run, inputs, words):
    done = run("votcnv", *words)
    assert done.status == 0
    assert done.lines[0] == "HD 1,10.6847,41.2690,3.44,12,true"
    assert done.stderr == ("Illegal flag '-xyz=3', skipping.\n" if "-xyz=3" in words else "")


@pytest.mark.parametrize("name", ["a=b.xml", "n=x.xml", "x+", "noh=1.xml"])
def test_a_file_whose_name_looks_like_a_keyword_is_read(run, inputs, name):
    (inputs / name).write_bytes((inputs / "stars.xml").read_bytes())
    assert run("votcnv", "-f", "csv", name).stdout == run("votcnv", "-f", "csv", "stars.xml").stdout


def test_output_goes_to_a_file_with_an_equals_sign(run, inputs):
    for words in (["-o", "a=b"], ["-oc=d"], ["--output=e=f"], ["output=g=h"]):
        assert run("votcnv", *words, "stars.xml").stdout == b""
    assert all((inputs / name).stat().st_size > 100 for name in ("a=b", "c=d", "e=f", "g=h"))


@pytest.mark.parametrize("tool", PROGRAMS)
def test_a_wrong_option_is_one_line_and_a_hint(run, tool):
    for word, line in (("--bogus", "unrecognized option '--bogus'"), ("-Z", "invalid option -- 'Z'")):
        done = run(tool, word, timeout=20)
        assert (done.status, done.stdout) == (1, b"")
        assert done.stderr.splitlines() == [f"{tool}: {line}", f"Use '{tool} -h' for a list of the options."]


@pytest.mark.parametrize(("tool", "letter"), [("votcnv", "i"), ("votsort", "c"), ("votsort", "t"), ("votsort", "i")])
def test_an_integer_is_checked_before_anything_is_read(run, tool, letter):
    done = run(tool, f"-{letter}", "2x", "missing.xml")
    assert (done.status, done.stdout, done.stderr) == (1, b"", "Warning: value '2x' is not an integer\n")


@pytest.mark.parametrize("tool", TABLE_TOOLS)
def test_an_output_that_cannot_be_opened_is_said_so(run, inputs, tool):
    done = run(tool, "-o", "absent/out", *operands(tool, "psc.xml"))
    prefix = "Error: " if tool == "votpos" else ""
    assert (done.status, done.stdout) == (1, b"")
    assert done.stderr == f"{prefix}Cannot open output file 'absent/out'\n"


@pytest.mark.parametrize("tool", TABLE_TOOLS)
def test_a_full_disk_is_said_so(run, inputs, tool):
    done = run(tool, "-o", "/dev/full", *operands(tool, "psc.xml"))
    assert (done.status, done.stdout) == (1, b"")
    assert "Cannot write output file '/dev/full': No space left on device" in done.stderr


@pytest.mark.parametrize("tool", TABLE_TOOLS)
def test_an_input_error_leaves_the_old_output(run, inputs, tool):
    (inputs / "out").write_text("old")
    for name in ("bad.xml", "missing.xml", "notvot.xml"):
        before = sorted(path.name for path in inputs.iterdir())
        assert run(tool, "-o", "out", *operands(tool, name)).status == 1
        assert (inputs / "out").read_text() == "old"
        assert sorted(path.name for path in inputs.iterdir()) == before


@pytest.mark.parametrize("tool", TABLE_TOOLS)
@pytest.mark.parametrize("words", [["--test=psc.xml"], ["-%", "psc.xml"], ["--test"]])
def test_the_self_tests_pass(run, inputs, tool, words):
    done = run(tool, *words)
    assert done.status == 0, done.stderr
    assert done.stderr.splitlines()[-2].startswith(f"Task: {tool:12.12s}  No. of Tests:")
    assert done.stderr.splitlines()[-2].endswith("Failed: 0")


def test_vosesame_has_a_notice_instead_of_self_tests(run):
    done = run("vosesame", "--test")
    assert (done.status, done.stdout, done.stderr) == (0, b"", "vosesame: no self tests are built in.\n")
