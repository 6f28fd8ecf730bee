"""`voclient completion`: scripts for bash and zsh, and what they ask for: the next word's candidates."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from . import OK, SUBCOMMANDS

EPILOG = """\
  eval "$(voclient completion bash)"      in ~/.bashrc
  eval "$(voclient completion zsh)"       in ~/.zshrc
"""
_OPTIONS = {
    "list": ("--json", "--help"), "show": ("--json", "--help"),
    "run": ("--json", "--timeout", "--cache", "--provenance", "--prompt", "--pset", "--save", "--dry-run", "--help"),
    "check": ("--no-examples", "--network", "--timeout", "--help"), "completion": ("bash", "zsh"),
    "stubs": ("--output", "--module", "--help"),
    "cache": ("--json", "--older", "--help"),
    "new": ("--help-option", "--timeout", "--output", "--force", "--help"),
    "import": ("--output", "--force", "--help"),
}  # fmt: skip
_BASH = """\
_voclient() {
    local line prefix="" current="${COMP_LINE:0:COMP_POINT}"
    current="${current##* }"
    # bash has cut the word at '=' already; so must the candidates be.
    [[ $current == *=* ]] && prefix="${current%=*}="
    COMPREPLY=()
    while IFS= read -r line; do
        COMPREPLY+=("${line#"$prefix"}")
    done < <(voclient complete "${COMP_WORDS[@]:1:COMP_CWORD}" -- "$current" 2>/dev/null)
    [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace
}
complete -o default -F _voclient voclient
"""
_ZSH = """\
_voclient() {
    local -a found
    found=("${(@f)$(voclient complete "${(@)words[2,CURRENT]}" -- "$words[CURRENT]" 2>/dev/null)}")
    found=(${found:#})
    if (( $#found )); then
        compadd -Q -S '' -a found
    else
        _files
    fi
}
compdef _voclient voclient
"""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shell", choices=("bash", "zsh"))


def run(parser: argparse.ArgumentParser, words: Sequence[str]) -> int:
    print(_BASH if parser.parse_args(words).shell == "bash" else _ZSH, end="")
    return OK


def complete(words: Sequence[str]) -> int:
    """Print candidates for a command line: its words so far, `--`, and the word under the cursor."""
    at = len(words) - 2
    if at < 0 or words[at] != "--":
        return OK
    current = words[-1]
    for candidate in _candidates(list(words[:at]), current):
        if candidate.startswith(current):
            print(candidate)
    return OK


def _candidates(words: list[str], current: str) -> list[str]:
    if len(words) <= 1:
        return [*SUBCOMMANDS, "--help", "--version"]
    command = words[0]
    if current.startswith("-") or command == "completion":
        return list(_OPTIONS.get(command, ()))
    if command in ("list", "show", "run") and len(words) == 2:
        return _tasks()
    if command == "cache":
        from .cache import ACTIONS

        return list(ACTIONS) if len(words) == 2 else _tasks() if words[1] in ("list", "clear") else []
    return _parameters(words[1], current) if command == "run" else []


def _tasks() -> list[str]:
    from voclient.tasking.packages import list_tasks

    names = list_tasks()
    alone = [name.partition(".")[2] for name in names]
    return sorted(set(alone)) + names


def _parameters(task: str, current: str) -> list[str]:
    from voclient.tasking.errors import TaskError
    from voclient.tasking.packages import import_task

    if ".py:" in task:
        return []  # nothing is executed to complete a word
    try:
        parameters = import_task(task).descriptor.parameters
    except TaskError:
        return []
    name, equals, _ = current.partition("=")
    if not equals:
        return [f"{parameter.name}=" for parameter in parameters]
    chosen = next((parameter for parameter in parameters if parameter.name == name), None)
    if chosen is None:
        return []
    values = chosen.choices or (("yes", "no") if chosen.type == "bool" else ())
    return [f"{name}={value}" for value in values]
