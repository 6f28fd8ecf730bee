"""Write docs/command.md, the reference of the `voclient` command, or with `--man` its manual page, from its parsers."""

from __future__ import annotations

import argparse
import os
import sys
import textwrap
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from voclient.cli import EXIT_STATUSES, SUBCOMMANDS, make_subparser

HEAD = """\
# The voclient command

All of its words. (This page is made by `docs/make_command.py` from the parsers of the command; [the tools in a
shell](shell.md) shows it at work.) `voclient COMMAND --help` says the same in a terminal, `man voclient` in one piece.

```text
voclient [--help] [--version] COMMAND …
```

Options may stand anywhere behind the command, and are spelt out. Results go to standard output, one line for each thing
when that is no terminal; what is wrong, in one line to standard error. With `--json` the output is meant for programs.
"""
# Variables that are read; the name, what it is without it, what it says.
READ = {
    "VOCLIENT_TASKPATH": ("none", "folders of task packages, between `:`, ahead of the user's and the installation's"),
    "VOCLIENT_BINDIR": ("none", "folders of programs, between `:`, ahead of the installation's and of `PATH`"),
    "VOCLIENT_CACHE": ("`$XDG_CACHE_HOME/voclient/data`", "the folder of the data cache"),
    "VOCLIENT_CACHE_SIZE": ("`10 GB`", "how much it keeps; `0`: nothing"),
    "VOCLIENT_CACHE_ENVIRONMENT": ("none", "names of further variables that the outcome of cached runs depends on"),
    "VOCLIENT_TABLES": (
        "`BINARY2`",
        "how VOTables go between Python and programs: with rows as `BINARY2` or as `TABLEDATA`",
    ),
    "VOCLIENT_DEBUG": ("off", "`1`: a line on standard error at the start and the end of each run"),
    "NO_COLOR": ("off", "set to anything: no colours on a terminal"),
    "XDG_DATA_HOME": ("`~/.local/share`", "`voclient/taskdefs` in it: the user's own task packages"),
    "XDG_DATA_DIRS": ("`/usr/local/share:/usr/share`", "`voclient/taskdefs` in each: those of other software"),
    "XDG_CACHE_HOME": ("`~/.cache`", "`voclient` in it: descriptors that were read, and the data cache"),
    "XDG_STATE_HOME": ("`~/.local/state`", "`voclient/PACKAGE` in it: what a package's programs keep"),
}
GIVEN = {
    "VOCLIENT_OPSET_FD": "the number of the file descriptor of the OPset channel",
    "VOCLIENT_STATE": "the folder of the package's state, where the package keeps any",
    "VOCLIENT_TABLES": "how VOTables are welcome on standard output: see above",
}


def make_page() -> str:
    """The whole page."""
    parts = [HEAD]
    for name in SUBCOMMANDS:
        parser, module = make_subparser(name)
        parts.append(f"## voclient {name}\n\n{parser.description}\n\n```text\n{_usage(parser)}\n```\n")
        rows = [(f"`{_spelling(action)}`", str(action.help)) for action in _actions(parser)]
        parts.append(_table(("word", "meaning"), rows))
        parts.append(f"```text\n{module.EPILOG.rstrip()}\n```\n")
    parts.append("## Exit status\n\n" + _table(("status", "meaning"), [(str(n), t) for n, t in EXIT_STATUSES.items()]))
    parts.append("Of several that hold, the highest below 3 counts.\n")
    read = [(f"`{name}`", default, text) for name, (default, text) in READ.items()]
    parts.append("## Environment variables\n\nThey hold for Python as for the command; they are read when needed."
                 "\n\n" + _table(("variable", "without it", "says"), read))  # fmt: skip
    given = [(f"`{name}`", text) for name, text in GIVEN.items()]
    parts.append("Programs of tasks are given these:\n\n" + _table(("variable", "says"), given))
    parts.append("The tools have variables of their own; `man TOOL` tells them.\n")
    return "\n".join(parts)


def make_man() -> str:
    """The manual page, in the macros of mdoc."""
    seconds = int(os.environ.get("SOURCE_DATE_EPOCH") or time.time())
    date = time.strftime("%B %-d, %Y", time.gmtime(seconds))
    lines = [f".Dd {date}", ".Dt VOCLIENT 1", ".Os VOClient", ".Sh NAME", ".Nm voclient"]
    lines += [".Nd find, show and run astronomy tools as tasks", ".Sh SYNOPSIS", ".Nm"]
    lines += [".Op Fl -help", ".Op Fl -version", ".Ar COMMAND", ".Op Ar word ...", ".Sh DESCRIPTION"]
    lines += _fill("A task is a program that a descriptor, a YAML file, tells how to call and how to read.")
    lines += ["The commands:"]
    for name in SUBCOMMANDS:
        parser, module = make_subparser(name)
        lines += [f".Ss {name}", _roff(str(parser.description)), ".Bd -literal -offset indent"]
        lines += [*map(_roff, _usage(parser).splitlines()), ".Ed", ".Bl -tag -width indent"]
        for action in _actions(parser):
            lines += [f".It {_roff(_spelling(action), word=True)}", *_fill(_sentence(str(action.help)))]
        lines += [".El", ".Bd -literal", *map(_roff, module.EPILOG.rstrip().splitlines()), ".Ed"]
    lines += [".Sh ENVIRONMENT", ".Bl -tag -width indent"]
    for name, (default, text) in READ.items():
        lines += [f".It Ev {name}", *_fill(_sentence(text)), *_fill(f"Without it: {_plain(default)}.")]
    lines += [".El", ".Pp", "Programs of tasks are given these:", ".Bl -tag -width indent"]
    for name, text in GIVEN.items():
        lines += [f".It Ev {name}", *_fill(_sentence(text))]
    lines += [".El", ".Sh EXIT STATUS", ".Bl -tag -width indent"]
    for number, text in EXIT_STATUSES.items():
        lines += [f".It {number}", *_fill(_sentence(text))]
    return "\n".join([*lines, ".El", ".Sh SEE ALSO", ".Xr vosesame 1 ,", ".Xr votinfo 1"]) + "\n"


def _actions(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    """Operands first, help last."""
    return sorted(parser._actions, key=lambda action: (bool(action.option_strings), action.dest == "help"))


def _usage(parser: argparse.ArgumentParser) -> str:
    """On one line, however wide the terminal is."""
    return " ".join(parser.format_usage().removeprefix("usage: ").split())


def _spelling(action: argparse.Action) -> str:
    """`-o, --output DIR`."""
    value = str(action.metavar or ("|".join(map(str, action.choices)) if action.choices else action.dest))
    if action.nargs == 0 or not action.option_strings:
        return ", ".join(action.option_strings) or value
    value = f"[={value}]" if action.nargs == "?" else value if value.startswith("[=") else f" {value}"
    return ", ".join(action.option_strings) + value


def _table(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [header, tuple("---" for _ in header), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |\n" for row in lines)


def _plain(text: str) -> str:
    return text.replace("`", "")


def _sentence(text: str) -> str:
    text = _plain(text)
    begins = text[0] if "." in text.split()[0] else text[0].upper()
    return f"{begins}{text[1:]}."


def _fill(text: str) -> list[str]:
    """In short lines, as style guides of manual pages have it."""
    return [_roff(line) for line in textwrap.wrap(text, 72, break_on_hyphens=False)]


def _roff(text: str, *, word: bool = False) -> str:
    """Text that roff shows as it is; with `word`, as one argument of a macro."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("…", "...")
    if word:
        return '"' + text.replace('"', "\\(dq") + '"'
    return f"\\&{text}" if text.startswith((".", "'")) else text


if __name__ == "__main__":
    if "--man" in sys.argv:
        sys.stdout.write(make_man())
    else:
        (Path(__file__).parent / "command.md").write_text(make_page(), encoding="utf-8")
