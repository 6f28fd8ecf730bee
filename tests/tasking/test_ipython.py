"""Completion of tasks, by the completer of a real IPython and by what it is told."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from voclient import vaopackage
from voclient.tasking import Descriptor, Parameter, Task
from voclient.tasking.calls.ipython import complete
from voclient.tasking.descriptors.descriptor import Place
from voclient.vaopackage import votcnv, votsort

SESSION = """\
import json, sys
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell

shell = InteractiveShell.instance()
shell.Completer.use_jedi = bool(int(sys.argv[1]))
shell.run_cell("import voclient.vaopackage as vao; from voclient.vaopackage import votcnv")
shell.run_cell("from voclient.tasking import import_package; package = import_package('vao'); text = votcnv.pset()")
found = {}
for line in sys.argv[2:]:
    with provisionalcompleter():
        found[line] = [item.text for item in shell.Completer.completions(line, len(line))]
assert "astropy" not in sys.modules
print(json.dumps(found))
"""
LINES = {
    "vao.voti": ["votinfo"],
    "package.voti": ["votinfo"],
    "from voclient.vaopackage import voti": ["votinfo"],
    'votcnv("x", inde': ["indent="],
    "votcnv(exec": ["exec", "execute="],
    "votcnv(fm": ["fmt="],
    'votcnv(fmt="': ["vot", "xml", "raw", "votb", "votb2", "votfits", "fits", "csv", "tsv", "ecsv", "json",
                     "jsonl", "bsv", "asv", "ascii", "html", "shtml"],
    "vao.votcnv('x', format='c": ["csv"],
    "package.votcnv(header=": ["True", "False"],
    "for found in votcnv.map(['a.xml', 'b.xml'], format='vo": ["vot", "votb", "votb2", "votfits"],
    "text(inde": ["indent="],
    "text['inde": ["indent"],
    "votcnv.pse": ["pset"],
}  # fmt: skip


@pytest.mark.parametrize("jedi", ["0", "1"])
def test_ipython_completes_tasks_parameters_and_choices(jedi: str) -> None:
    command = [sys.executable, "-c", SESSION, jedi, *LINES]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    found = json.loads(done.stdout.splitlines()[-1])
    for line, words in LINES.items():
        got = {word.removeprefix(".").strip("'\"") for word in found[line]}
        assert got == set(words) or (not line.endswith(("=", '"')) and got >= set(words) and len(got) < 6), line


def test_completion_is_installed_once_and_on_demand() -> None:
    code = (
        "from voclient.vaopackage import votcnv; votcnv\n"
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "shell = InteractiveShell.instance()\n"
        "shell.run_line_magic('load_ext', 'voclient')\n"
        "shell.run_cell('%reload_ext voclient')\n"
        "print([m.matcher_identifier for m in shell.Completer.custom_matchers])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout == "['voclient']\n"


NAMES = {"votcnv": votcnv, "votsort": votsort, "vao": vaopackage, "shell": subprocess}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("votcnv(", None),
        ("votcnv('a, b(', # fmt=')\n  fmt='cs", ["csv"]),
        ('votcnv("""a\n"b\n""", fmt="cs', ["csv"]),
        ("votcnv('it\\'s', fmt='cs", ["csv"]),
        ("print(votcnv(f(1)[2], fmt='cs", ["csv"]),
        ("x = {'a': votsort(format='cs", ["csv"]),
        ("votcnv(fmt=['cs", ["csv"]),
        ("votcnv(fmt=c", []),
        ("votcnv(output='cs", []),
        ("votcnv('a', fmt='csv')('cs", []),
        ("votcnv(nosuch='cs", []),
        ("votcnv[fmt='cs", []),
        ("other(fmt='cs", []),
        ("vao.nosuch(fmt='cs", []),
        ("votcnv.__class__(fmt='cs", []),
        ("f().votcnv(fmt='cs", []),
        ("# votcnv(fmt='cs", []),
        ("votcnv(a.ind", []),
        ("votcnv(1 + ind", []),
        ("fmt='cs", []),
        ("", []),
        (")]}(", []),
    ],
)
def test_code_up_to_the_cursor_is_understood(text: str, words: list[str] | None) -> None:
    found = complete(text, NAMES).words
    assert found == words if words is not None else {"format=", "fmt=", "timeout="} <= set(found)


def test_what_is_given_is_not_offered_again() -> None:
    words = complete("votcnv(format='csv', header=True, ", NAMES).words
    assert "indent=" in words
    assert not {"format=", "header="} & set(words)


def test_only_what_can_and_should_be_written_is_offered() -> None:
    aliases = {"aliases": ("if", "infile", "source"), "deprecated_aliases": (("infile", "use 'input'"),)}
    parameters = (Parameter("input", argv=("{}",), **aliases), Parameter("old", argv=("-o",), deprecated="no more"))  # type: ignore[arg-type]
    names = {"dd": Task(Descriptor("dd", "Copy", "dd", Place("dd.yaml", 1, 1), parameters=parameters))}
    assert complete("dd.pset(", names).words == ["input=", "source="]
    assert complete("dd(", names).words[:3] == ["input=", "source=", "async_="]
