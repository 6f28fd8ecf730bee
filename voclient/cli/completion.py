"""`voclient completion`: scripts for bash, zsh and fish, and what they ask for: the next word's candidates."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence

from . import OK, SUBCOMMANDS, make_subparser

EPILOG = """\
  eval "$(voclient completion bash)"      in ~/.bashrc
  eval "$(voclient completion zsh)"       in ~/.zshrc, after compinit
  voclient completion fish | source       in ~/.config/fish/config.fish
"""
# Each falls back to names of files when nothing is found.
_BASH = """\
_voclient() {
    local line prefix="" current="${COMP_LINE:0:COMP_POINT}"
    current="${current##* }"
    # bash has cut the word at '=' already; so must the candidates be.
    [[ $current == *=* ]] && prefix="${current%=*}="
    COMPREPLY=()
    while IFS= read -r line; do
        printf -v line %q "${line#"$prefix"}"
        COMPREPLY+=("$line")
    done < <(voclient complete "${COMP_WORDS[@]:1:COMP_CWORD}" -- "$current" 2>/dev/null)
    [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace
}
complete -o default -F _voclient voclient
"""
_ZSH = """\
#compdef voclient
_voclient() {
    local -a found
    found=("${(@f)$(voclient complete "${(@)words[2,CURRENT]}" -- "$words[CURRENT]" 2>/dev/null)}")
    found=(${found:#})
    if (( $#found )); then
        compadd -S '' -- ${(M)found:#*=}
        compadd -- ${found:#*=}
    else
        compset -P '*='
        _files
    fi
}
# Installed where zsh looks for functions, this file is the function itself, called for the first time.
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    _voclient "$@"
else
    compdef _voclient voclient
fi
"""
_FISH = """\
function __voclient_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -e words[1]
    set -l found (voclient complete $words $current -- $current 2>/dev/null)
    if test (count $found) -gt 0
        printf '%s\\n' $found
    else if string match -q '*=*' -- $current
        set -l pair (string split -m 1 = -- $current)
        printf "$pair[1]=%s\\n" (__fish_complete_path $pair[2])
    else
        __fish_complete_path $current
    end
end
complete -c voclient -f -a '(__voclient_complete)'
"""
_SCRIPTS = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shell", choices=tuple(_SCRIPTS), help="whose script")


def run(parser: argparse.ArgumentParser, words: Sequence[str]) -> int:
    print(_SCRIPTS[parser.parse_args(words).shell], end="")
    return OK


def complete(words: Sequence[str]) -> int:
    """Print candidates for a command line: its words so far, `--`, and the word under the cursor."""
    at = len(words) - 2
    if at < 0 or words[at] != "--":
        return OK
    current = words[-1]
    before = _whole(words[:at])
    for candidate in _candidates(before[:-1], current):
        if candidate.startswith(current):
            print(candidate)
    return OK


def _whole(words: Sequence[str]) -> list[str]:
    """The words as they were typed: bash cuts them at `=` and `:`."""
    whole: list[str] = []
    joins = False
    for word in words:
        cut = bool(word) and set(word) <= {"=", ":"}
        if whole and (cut or joins):
            whole[-1] += word
        else:
            whole.append(word)
        joins = cut
    return whole


def _candidates(words: list[str], current: str) -> list[str]:
    if not words:
        return [*SUBCOMMANDS, "--help", "--version"]
    command = words[0]
    if command not in SUBCOMMANDS:
        return []
    parser, _ = make_subparser(command)
    options = {name: action for action in parser._actions for name in action.option_strings}
    if "--" in words:
        return []
    valued = {name for name, action in options.items() if action.nargs != 0 and action.metavar != "[=AGE]"}
    if words[-1] in valued:
        return [str(choice) for choice in options[words[-1]].choices or ()]
    if current.startswith("-"):
        name, equals, _ = current.partition("=")
        if equals and name in options:
            return [f"{name}={choice}" for choice in options[name].choices or ()]
        return list(options)
    places = [action for action in parser._actions if not action.option_strings]
    return list(_operands(command, list(_without_options(words[1:], valued)), places, current))


def _without_options(words: Sequence[str], valued: set[str]) -> Iterator[str]:
    before = ""
    for word in words:
        if before not in valued and not word.startswith("-"):
            yield word
        before = word


def _operands(command: str, given: Sequence[str], places: Sequence[argparse.Action], current: str) -> Sequence[str]:
    """What may stand behind the operands that are given."""
    if command == "run" and given:
        return _parameters(given, current)
    if len(given) < len(places) and (choices := places[len(given)].choices):
        return list(choices)
    if command == "cache":
        return _tasks() if len(given) == 1 and given[0] in ("list", "clear") else ()
    if given:
        return ()
    if command in ("show", "stubs"):
        return [*_packages(), *(_tasks() if command == "show" else ())]
    if command == "new":
        return _programs(current)
    return _tasks() if command in ("list", "run") else ()


def _packages() -> list[str]:
    from voclient.tasking.packages.searchpath import find_packages

    return [package.name for package in find_packages()]


def _tasks() -> list[str]:
    from voclient.tasking.packages.modules import list_tasks

    names = list_tasks()
    alone = [name.partition(".")[2] for name in names]
    return sorted(set(alone)) + names


def _programs(current: str) -> list[str]:
    """Those on PATH; a path is completed by the shell."""
    import os

    if not current or "/" in current:
        return []
    found: set[str] = set()
    for folder in filter(None, os.get_exec_path()):
        try:
            found.update(name for name in os.listdir(folder) if name.startswith(current))
        except OSError:
            continue
    return sorted(found)


def _parameters(given: Sequence[str], current: str) -> list[str]:
    from voclient.tasking.errors import TaskError
    from voclient.tasking.packages.modules import import_task

    if ".py:" in given[0]:
        return []  # nothing is executed to complete a word
    try:
        descriptor = import_task(given[0]).descriptor
    except TaskError:
        return []
    name, equals, _ = current.partition("=")
    if not equals:
        there = {word.partition("=")[0] for word in given[1:] if "=" in word}
        return [f"{p.name}=" for p in descriptor.parameters if p.repeated or not there & {p.name, *p.aliases}]
    chosen = descriptor.by_name.get(name)
    if chosen is None:
        return []
    values = chosen.choices or (("yes", "no") if chosen.type == "bool" else ())
    return [f"{name}={value}" for value in values]
