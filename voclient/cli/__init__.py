"""The `voclient` command: one module a subcommand, imported when it is asked for."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, NoReturn

SUBCOMMANDS = {
    "list": ("listing", "list task packages and their tasks"),
    "show": ("show", "show how a task is called, what it takes and gives"),
    "run": ("run", "run a task"),
    "check": ("check", "check descriptors, and run their examples"),
    "cache": ("cache", "list, verify and clear the data cache"),
    "stubs": ("stubs", "write type stubs of a task package"),
    "new": ("new", "draft a descriptor from a program's --help"),
    "import": ("importing", "make a descriptor of a CWL or Boutiques file"),
    "completion": ("completion", "print the completion script of a shell"),
}
OK, FAILED, USAGE, TIMED_OUT, INTERRUPTED = 0, 1, 2, 124, 130
EXIT_STATUSES = {
    OK: "success",
    FAILED: "the task failed, an example gives something else, a file cannot be translated, nothing was found",
    USAGE: "a wrong call, a wrong descriptor, or no such task or program; nothing was run",
    TIMED_OUT: "the task was ended at its time limit",
    129: "ended by the signal HUP",
    INTERRUPTED: "ended by Ctrl-C (the signal INT)",
    143: "ended by the signal TERM; what was started ended first, as with the other signals",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command.

    Parameters
    ----------
    argv : sequence of str, optional
        Its words, those of this process by default.

    Returns
    -------
    int
        Exit status, one of `EXIT_STATUSES`.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    _prepare_streams()
    _end_on_signals()
    try:
        try:
            return _dispatch(words)
        finally:
            sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader has gone (`voclient list | head`): nobody is left to tell, at exit either.
        _silence_stdout()
        return OK
    except OSError as error:
        _silence_stdout()
        name = f"{os.fsdecode(error.filename)}: " if isinstance(error.filename, (str, bytes)) else ""
        print(f"voclient: {name}{error.strerror or error}", file=sys.stderr)
        return FAILED


def _dispatch(words: list[str]) -> int:
    parser = _make_parser()
    if words and words[0] == "complete":
        from .completion import complete

        return complete(words[1:])
    if not words or words[0].startswith("-"):
        parser.parse_args(words)
        parser.print_help()
        return USAGE
    name = words[0]
    if name not in SUBCOMMANDS:
        from voclient.tasking.calls.values import suggest

        parser.error(f"no command {name!r}{suggest(name, SUBCOMMANDS)} (commands: {', '.join(SUBCOMMANDS)})")
    subparser, module = make_subparser(name)
    from voclient.tasking.errors import TaskError

    try:
        status: int = module.run(subparser, words[1:])
    except TaskError as error:
        print(f"voclient: {error}", file=sys.stderr)
        return USAGE
    return status


def make_subparser(name: str) -> tuple[Parser, Any]:
    """The parser of a subcommand, and its module."""
    home, summary = SUBCOMMANDS[name]
    module = import_module(f".{home}", __name__)
    parser = Parser(
        prog=f"voclient {name}", description=f"{summary[0].upper()}{summary[1:]}.", epilog=module.EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False,
    )  # fmt: skip
    module.configure(parser)
    return parser, module


class Parser(argparse.ArgumentParser):
    """Tells a wrong use in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(USAGE, f"{self.prog}: {message}; see `{self.prog} --help`\n")


def _make_parser() -> argparse.ArgumentParser:
    width = max(map(len, SUBCOMMANDS))
    listed = "\n".join(f"  {name:<{width}}  {summary}" for name, (_, summary) in SUBCOMMANDS.items())
    parser = Parser(
        prog="voclient", description="Astronomy tools as tasks: find them, look at them, run them.",
        usage="voclient [--help] [--version] COMMAND …",
        epilog=f"commands:\n{listed}\n\n`voclient COMMAND --help` tells more of each.",
        formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False,
    )  # fmt: skip
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and exit")
    return parser


class _Version(argparse.Action):
    def __call__(self, *_: object, **__: object) -> None:
        import voclient

        print(f"voclient {voclient.__version__}")
        raise SystemExit(OK)


def _prepare_streams() -> None:
    """Streams that were closed swallow what is written; what has no bytes in a stream's encoding is no reason to end;
    a warning is one line, and comes once."""
    import warnings

    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="surrogateescape" if stream.encoding == "utf-8" else "backslashreplace")
    shown = set()

    def show(message: object, *_: object, **__: object) -> None:
        line = f"voclient: {message}"
        if line not in shown:
            shown.add(line)
            print(line, file=sys.stderr)

    warnings.showwarning = show


def _end_on_signals() -> None:
    """TERM, and HUP when the terminal is closed, end what runs as Ctrl-C does; by default they end Python alone."""
    import signal
    import threading

    def end(number: int, _: object) -> NoReturn:
        raise SystemExit(128 + number)

    if threading.current_thread() is not threading.main_thread():
        return
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, end)


def _silence_stdout() -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
