"""Every spelling of an option, and what is said of a wrong one (cli/options.c)."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def parsed(trial, run_program):
    """The options and operands that the trial tool understood, one text each."""

    def parse(*arguments: str) -> list[str]:
        done = run_program(trial, *arguments)
        assert (done.status, done.stderr) == (0, ""), done.stderr
        return done.lines

    return parse


@pytest.fixture(scope="module")
def refused(trial, run_program):
    """The lines on stderr of a command line that fails, and prints nothing else."""

    def refuse(*arguments: str) -> list[str]:
        done = run_program(trial, *arguments)
        assert (done.status, done.stdout) == (1, b"")
        return done.stderr.splitlines()

    return refuse


HINT = "Use 'trial -h' for a list of the options."

SPELLINGS = {
    "short, separate value": ["-f", "csv"],
    "short, glued value": ["-fcsv"],
    "short, = value": ["-f=csv"],
    "long, = value": ["--fmt=csv"],
    "long, separate value": ["--fmt", "csv"],
    "long with one dash": ["-fmt", "csv"],
    "long with one dash, = value": ["-fmt=csv"],
    "keyword": ["fmt=csv"],
    "abbreviated": ["--fm", "csv"],
    "abbreviated, = value": ["--fm=csv"],
    "abbreviated keyword": ["fm=csv"],
}


@pytest.mark.parametrize("words", SPELLINGS.values(), ids=SPELLINGS.keys())
def test_spellings_of_a_value_mean_the_same(parsed, words):
    assert parsed(*words) == ["fmt [csv]"]


@pytest.mark.parametrize(
    "word",
    [
        *("-n", "--noheader", "-noheader", "noheader+", "noh+", "noheader=", "--noheader="),
        *("--noheader=1", "noheader=yes", "-n=TRUE", "--noh=On", "-n=y", "noheader=t"),
    ],
)
def test_a_flag_is_switched_on(parsed, word):
    assert parsed(word) == ["noheader"]


@pytest.mark.parametrize(
    "word", ["noheader-", "--noheader=0", "noheader=no", "-n=FALSE", "--noh=Off", "-n=n", "noheader=f", "noh-"]
)
def test_a_flag_is_switched_off(parsed, word):
    assert parsed(word) == ["noheader off"]


def test_a_flag_takes_no_other_word(refused):
    expected = ["trial: option '--noheader=maybe' is switched by yes or no, not by 'maybe'", HINT]
    assert refused("--noheader=maybe") == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["-nf", "csv"], ["noheader", "fmt [csv]"]),
        (["-nfcsv"], ["noheader", "fmt [csv]"]),
        (["-nvv"], ["noheader", "verbose", "verbose", "verbosity 2"]),
        (["-nc"], ["noheader", "columns"]),
        (["-ncid"], ["noheader", "columns [id]"]),
        (["-ff"], ["fmt [f]"]),
    ],
)
def test_letters_cluster_and_the_last_may_take_a_value(parsed, words, expected):
    assert parsed(*words) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["-c", "id"], ["columns", "operand [id]"]),
        (["--columns", "id"], ["columns", "operand [id]"]),
        (["-cid"], ["columns [id]"]),
        (["-c=id"], ["columns [id]"]),
        (["--columns=id"], ["columns [id]"]),
        (["columns=id"], ["columns [id]"]),
        (["columns+"], ["columns"]),
    ],
)
def test_an_optional_value_is_glued_or_follows_an_equals_sign(parsed, words, expected):
    assert parsed(*words) == expected


def test_options_and_operands_mix_and_keep_their_order(parsed):
    expected = ["operand [a]", "fmt [csv]", "operand [b]", "indent [3]", "operand [c]"]
    assert parsed("a", "-f", "csv", "b", "indent=3", "c") == expected


def test_two_dashes_end_the_options(parsed):
    expected = ["noheader", "operand [-n]", "operand [--]", "operand [fmt=csv]", "operand [noheader+]"]
    assert parsed("-n", "--", "-n", "--", "fmt=csv", "noheader+") == expected


@pytest.mark.parametrize(
    "word", ["-", "", "http://h/p?RA=1", "a=b.xml", "=x", "c++", "HD-", "+d", "+", "<VOTABLE a='1'>"]
)
def test_what_is_no_option_of_this_tool_is_an_operand(parsed, word):
    assert parsed(word) == [f"operand [{word}]"]


def test_a_file_is_not_a_wrong_value_of_an_abbreviated_flag(parsed):
    assert parsed("noh=b.xml") == ["operand [noh=b.xml]"]


def test_a_switch_of_an_option_with_value_is_an_operand(parsed):
    assert parsed("fmt+", "fmt-") == ["operand [fmt+]", "operand [fmt-]"]


@pytest.mark.parametrize("value", ["-", "-5", "--", "-n", "a=b", "x=1=2", "=", "", "csv+", "--fmt=csv"])
def test_a_value_may_be_any_text(parsed, value):
    for words in (["--fmt", value], ["-f", value], [f"--fmt={value}"], [f"fmt={value}"], [f"-f={value}"]):
        assert parsed(*words) == [f"fmt [{value}]"]


def test_a_glued_value_may_hold_an_equals_sign(parsed):
    assert parsed("-fa=b", "-cx=y") == ["fmt [a=b]", "columns [x=y]"]


def test_names_are_case_sensitive(refused):
    assert refused("--FMT=csv")[0] == "trial: unrecognized option '--FMT=csv'"
    assert refused("-N")[0] == "trial: invalid option -- 'N'"


def test_aliases_are_names_too(parsed):
    assert parsed("--radius=1", "size=2", "--rad", "3") == ["sr [1]", "sr [2]", "sr [3]"]


def test_new_names_are_spelt_out_and_make_no_old_abbreviation_ambiguous(parsed, refused):
    assert parsed("--fm=csv", "--fmt-fresh") == ["fmt [csv]", "fmt-fresh"]
    assert refused("--fmt-f")[0] == "trial: unrecognized option '--fmt-f'"
    assert refused("--vers")[0] == "trial: unrecognized option '--vers'"
    assert refused("--descr")[0] == "trial: unrecognized option '--descr'"
    assert parsed("--v") == ["verbose", "verbosity 1"]


def test_a_repetition_can_be_given_as_a_number(parsed):
    assert parsed("verbose=2", "-v")[-1] == "verbosity 3"
    assert parsed("-vv", "verbose-", "-v")[-1] == "verbosity 1"


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["--bogus"], "trial: unrecognized option '--bogus'"),
        (["--bogus=3"], "trial: unrecognized option '--bogus=3'"),
        (["--=3"], "trial: unrecognized option '--=3'"),
        (["-Z"], "trial: invalid option -- 'Z'"),
        (["-nZ"], "trial: invalid option -- 'Z'"),
        (["-Z=3"], "trial: invalid option -- 'Z'"),
        (["-f"], "trial: option requires an argument -- 'f'"),
        (["-nf"], "trial: option requires an argument -- 'f'"),
        (["--fmt"], "trial: option '--fmt' requires an argument"),
        (["--fm"], "trial: option '--fmt' requires an argument"),
        (["-fmt"], "trial: option '-fmt' requires an argument"),
        (["--f=csv"], "trial: option '--f=csv' is ambiguous; possibilities: '--fmt' '--form'"),
    ],
)
def test_a_wrong_option_gives_getopts_line_and_a_hint(refused, words, line):
    assert refused("stars.xml", *words) == [line, HINT]


@pytest.mark.parametrize("value", ["x", "3x", "1.5", "", " 1", "0x10", "99999999999999999999", "--"])
def test_an_integer_is_checked(refused, value):
    assert refused(f"--indent={value}") == [f"Warning: value '{value}' is not an integer"]


@pytest.mark.parametrize("value", ["0", "-1", "+2", "007", "9223372036854775807"])
def test_an_integer_may_have_a_sign(parsed, value):
    assert parsed("-i", value) == [f"indent [{value}]"]


@pytest.mark.parametrize("value", ["x", "3x", "", "nan", "inf", "1e999"])
def test_a_number_is_checked(refused, value):
    assert refused(f"--sr={value}") == [f"Warning: value '{value}' is not a floating point value"]


def test_a_number_may_have_an_exponent(parsed):
    assert parsed("-s", "-1.5e-3") == ["sr [-1.5e-3]"]


@pytest.mark.parametrize("word", ["-xyz=3", "-nZ=3", "-no=a.xml"])
def test_an_illegal_flag_is_named_and_skipped(trial, run_program, word):
    done = run_program(trial, "-n", word, "a")
    assert (done.status, done.lines) == (0, ["noheader", "operand [a]"])
    assert done.stderr == f"Illegal flag '{word}', skipping.\n"


def test_nothing_is_too_long_or_too_much(parsed):
    long = "x" * 100_000
    assert parsed("-f", long, *["-n"] * 5000, long) == [f"fmt [{long}]", *["noheader"] * 5000, f"operand [{long}]"]


@pytest.mark.parametrize(
    "words", [["-h"], ["--help"], ["-nh"], ["help="], ["help+"], ["-i", "bad", "-h"], ["-h", "--bogus"]]
)
def test_help_acts_when_it_is_met(trial, run_program, words):
    done = run_program(trial, *words)
    assert (done.status, done.stderr) == (0, "")
    assert done.text.startswith("trial - Write down what was given on the command line\n\nUsage: trial [options]")


def test_an_error_before_help_is_an_error(refused):
    assert refused("--bogus", "-h")[0] == "trial: unrecognized option '--bogus'"


def test_an_action_of_the_tool_ends_the_command_line(parsed):
    assert parsed("-n", "-I", "--bogus") == ["noheader", "init_cache"]


def test_a_command_keeps_its_own_arguments(make_trial, run_program):
    done = run_program(make_trial("TRIAL_COMMAND"), "-n", "send", "-n", "fmt=csv", "--", "noheader+")
    assert done.lines == ["noheader", *(f"operand [{w}]" for w in ("send", "-n", "fmt=csv", "--", "noheader+"))]


def test_negative_numbers_are_operands_where_the_tool_says_so(make_trial, run_program, refused):
    numbers = ["-23:12:45.2", "-12.5", "-.5", "-1e3", "-10", "-12.5,-3"]
    done = run_program(make_trial("TRIAL_NUMBERS"), *numbers, "-1", "-n")
    assert done.lines == [*(f"operand [{number}]" for number in numbers), "one", "noheader"]
    assert refused("-2.5")[0] == "trial: invalid option -- '2'"


def test_the_parser_shows_its_work_on_demand(trial, run_program):
    done = run_program(trial, "-f", "csv", "x", env={"PARAM_DBG": "1"})
    assert done.stderr.splitlines() == ["PARAM_DBG: option -f --fmt, value 'csv', on", "PARAM_DBG: operand 'x'"]
    assert done.lines == ["fmt [csv]", "operand [x]"]


def test_a_message_cannot_drive_the_terminal(trial, run_program):
    bad = b"\x1b[2J\x9b\xc2\x9b\xff\n\xe2\x82\xac"
    done = run_program(trial, b"--" + bad)
    shown = r"\x1b[2J\x9b\xc2\x9b\xff\x0a€"
    assert done.stderr.splitlines()[0] == f"trial: unrecognized option '--{shown}'"


def test_self_tests_report_and_count_failures(trial, run_program, tmp_path: Path):
    (tmp_path / "t.xml").write_text("<VOTABLE/>")
    for words in (["--test=t.xml"], ["-%", "t.xml"], ["--test", "t.xml"], ["-%t.xml"]):
        done = run_program(trial, *words, cwd=tmp_path)
        lines = done.stderr.splitlines()
        assert done.status == 2
        assert "== Test Cmd:  trial -f csv -i 2 t.xml" in lines
        assert sum(line.endswith("status =  1") for line in lines) == 2
        assert lines[-2] == "Task: trial         No. of Tests:   4    Passed: 2      Failed: 2"
        assert set(lines[-1]) == {"@"}


def test_self_tests_have_a_table_of_their_own(trial, run_program):
    assert run_program(trial, "--test").status == 2
    missing = run_program(trial, "--test=missing.xml")
    assert missing.stderr.startswith("Warning:  cannot open file 'missing.xml'\n")
