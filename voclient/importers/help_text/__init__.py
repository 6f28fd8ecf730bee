"""A descriptor drafted from what a program says of itself: its `--help`, or better its `--describe`."""

from __future__ import annotations

import os
from collections.abc import Iterable

from voclient.tasking.errors import TaskError

from ..draft import Draft, one_line
from .described import read_description
from .drafting import draft_from_help, make_draft
from .options import read_options
from .program import ask, find_program
from .usage import find_usage

__all__ = ["draft_from_program"]

_LONGEST = 1000
"""Characters of a line of help. Nobody reads on, and the patterns would take their time."""


def draft_from_program(name: str, help_options: Iterable[str] = ("--help", "-h"), *, timeout: float = 10.0) -> Draft:
    """Draft a descriptor of a program, by asking it for help.

    Parameters
    ----------
    name : str
        As it is called, or its path.
    help_options : iterable of str, optional
        What to ask with, until it answers.
    timeout : float, optional
        Seconds for each question.

    Returns
    -------
    Draft
        To be looked over: comments say where.

    Raises
    ------
    ExecutableNotFoundError
        There is no such program.
    TaskError
        It gives no help.

    Examples
    --------
    >>> draft_from_program("ls").parameters["all"]["argv"]
    '--all'
    """
    path = find_program(name)
    task = os.path.basename(path)
    executable = path if "/" in name else name
    asked = list(help_options)
    for word in asked:
        try:
            text = max(_help(path, word, timeout), key=lambda text: _merit(text, word))
        except OSError as error:
            raise TaskError(f"{name}: cannot be run: {error.strerror}") from error
        if not any(_merit(text, word)[:2]):
            continue
        if f"{word} all" in text:
            # As curl says: this is a part of them.
            text += "\n" + _help(path, f"{word} all", timeout)[0]
        draft = None
        if "--describe" in text and (found := read_description(ask(path, "--describe", timeout=timeout)[0])):
            draft = make_draft(task, executable, found[0], found[1], found[2], text)
        draft = draft or draft_from_help(task, executable, text)
        version = _version(path, text, timeout)
        draft.comments.insert(0, f"Drafted from `{task} {word}`{version}; look over what is required, types, results.")
        return draft
    raise TaskError(f"{name}: gives no help when asked with {' or '.join(asked)}; give --help-option WORD")


def _help(path: str, word: str, timeout: float) -> list[str]:
    answers = ask(path, word, timeout=timeout)
    return ["\n".join(line[:_LONGEST] for line in text.splitlines()) for text in answers]


def _merit(text: str, word: str) -> tuple[int, int, int]:
    """How much it tells; that it repeats the question tells nothing."""
    options = [option for option in read_options(text) if option.names != [word] or option.help]
    return len(options), len(find_usage(text)), len(text)


def _version(path: str, text: str, timeout: float) -> str:
    """What `--version` says, when the help mentions it."""
    if "--version" not in text:
        return ""
    lines = [line for output in ask(path, "--version", timeout=timeout) for line in output.splitlines() if line.strip()]
    line = one_line(lines[0])[:60] if lines else ""
    return f" of {line}" if any(character.isdigit() for character in line) else ""
