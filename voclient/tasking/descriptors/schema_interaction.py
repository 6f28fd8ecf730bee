"""What `terminal`, `prompts` and `session` of a descriptor consist of: programs that want a person before them."""

from __future__ import annotations

from typing import Any

from ..running.interaction import is_control
from . import checking as c
from .checking import Checker, Entry
from .descriptor import Parameter
from .template import placeholders, sound_placeholders
from .yamlfile import Path

_STREAMS = ("stdin", "stdout", "stderr")


@c.field(
    {"anyOf": [c.flag.schema, {"enum": list(_STREAMS)}, {"type": "array", "items": {"enum": list(_STREAMS)}}]},
    "true, or a list of streams",
)
def terminal_field(checker: Checker, path: Path, value: Any) -> list[str]:
    """`true` for all three streams, or the names of some."""
    if isinstance(value, bool):
        return list(_STREAMS) if value else []
    streams = c.list_of(c.one_of(_STREAMS), single=True)(checker, path, value)
    return [name for name in _STREAMS if name in streams]


@c.field({"type": "number", "exclusiveMinimum": 0}, "a number of seconds")
def timeout_field(checker: Checker, path: Path, value: Any) -> float:
    seconds = c.number(checker, path, value)
    if seconds is not None and not 0 < seconds < float("inf"):
        checker.problem(path, f"{checker.name(path)} must be a number of seconds above 0")
    return float(seconds or 1)


PROMPT: dict[str, Entry] = {
    "expect": Entry(c.pattern, "The regular expression of the question", "'Password: '"),
    "answer": Entry(c.literal, "What is typed; `{parameter}` stands for a value", "'{password}'"),
    "repeated": Entry(c.flag, "It is answered whenever it comes, not only the first time", "true", "false"),
}
prompts_field = c.list_of(c.object_of(PROMPT, "a prompt", ("expect", "answer")))
_LINES = c.list_of(c.literal, single=True)
SESSION: dict[str, Entry] = {
    "prompt": Entry(c.pattern, "The regular expression of what it prints when it is ready", "'> $'"),
    "command": Entry(_LINES, "The lines that are typed for a call; `{parameter}` stands for a value", "'get {name}'"),
    "marker": Entry(c.literal, "For programs without prompt: a line upon which it prints what `prompt` finds",
                    "'print 4711'"),
    "startup": Entry(_LINES, "Lines typed before the first call; `{parameter}` stands for a value", "'set quiet'"),
    "quit": Entry(c.literal, "The line that ends it", "quit", "it is hung up"),
    "error": Entry(c.pattern, "The regular expression of answers that tell a failure; its first group is the message",
                   "'^error: (.*)'"),
    "restart": Entry(c.flag, "It is started again when it has ended, for the next call", "false", "true"),
}  # fmt: skip
session_field = c.object_of(SESSION, "'session'", ("prompt", "command"))


def spoken(data: Any) -> set[str]:
    """Names of the parameters that are typed at the terminal, in a descriptor as it was written."""
    data = data if isinstance(data, dict) else {}
    prompts, session = data.get("prompts"), data.get("session")
    texts = [item.get("answer") for item in prompts if isinstance(item, dict)] if isinstance(prompts, list) else []
    texts += (
        [line for field in ("command", "startup") for line in _as_list(session.get(field))]
        if isinstance(session, dict)
        else []
    )
    return {name for text in texts if isinstance(text, str) for name in sound_placeholders(text)}


def check_interaction(checker: Checker, task: dict[str, Any], parameters: dict[str, Parameter]) -> None:
    """The rules between these words and the others; a program with prompts or sessions has a terminal."""
    prompts, session, results = task.get("prompts", []), task.get("session"), task.get("results", {})
    if session is not None and len(task.get("terminal", _STREAMS)) < len(_STREAMS):
        checker.problem(("terminal",), "a session has all three streams on its terminal; leave 'terminal' out")
    if prompts or session is not None:
        task.setdefault("terminal", list(_STREAMS))
    streams = task.get("terminal", [])
    if prompts and not streams:
        checker.problem(("terminal",), "a program with 'prompts' needs a terminal")
    if "prompt_timeout" in task and not streams:
        checker.problem(("prompt_timeout",), "'prompt_timeout' is for programs with 'terminal', 'prompts' or 'session'",
                        at_key=True)  # fmt: skip
    if "stderr" in streams and "stderr" in results:
        checker.problem(("results", "stderr"), "stderr is the terminal, and comes with stdout; "
                        "'terminal: [stdin, stdout]' keeps it apart", at_key=True)  # fmt: skip
    for i, prompt in enumerate(prompts):
        _check_template(checker, ("prompts", i, "answer"), prompt.get("answer", ""), parameters)
    if session is not None:
        _check_session(checker, task, session, parameters)


def _check_session(
    checker: Checker, task: dict[str, Any], session: dict[str, Any], parameters: dict[str, Parameter]
) -> None:
    typed = {name for line in session.get("command", []) for name in sound_placeholders(line)}
    for field in ("command", "startup"):
        for i, line in enumerate(session.get(field, [])):
            path: Path = ("session", field, i)
            _check_template(checker, path if path in checker.document.places else path[:2], line, parameters)
            for name in sound_placeholders(line) if field == "startup" else ():
                _check_start(checker, path, name, typed)
    for i, prompt in enumerate(task.get("prompts", [])):
        for name in sound_placeholders(prompt.get("answer", "")):
            _check_start(checker, ("prompts", i, "answer"), name, typed)
    for field in ("marker", "quit"):
        if field in session:
            _check_template(checker, ("session", field), session[field], None)
    for item in task.get("parameters", []):
        if item["name"] in typed:
            item["typed"] = True
    for name in sorted(typed):
        parameter = parameters.get(name)
        if parameter is not None and (parameter.argv or parameter.flags or parameter.stdin or parameter.environment):
            checker.problem(("parameters", name), f"{name!r} is typed for each call of the session; "
                            "what the program is started with is another parameter", at_key=True)  # fmt: skip


def _check_start(checker: Checker, path: Path, name: str, typed: set[str]) -> None:
    if name in typed:
        checker.problem(path, f"{name!r} is part of each 'command', and not known when the program is started")


def _check_template(checker: Checker, path: Path, text: str, parameters: dict[str, Parameter] | None) -> None:
    if bad := next((character for character in text if is_control(character)), None):
        checker.problem(path, f"the control character {bad!r} cannot be typed; each line is an item of its own")
    try:
        names = placeholders(text)
    except ValueError as error:
        checker.problem(path, str(error))
        return
    for name in names:
        if parameters is None:
            checker.problem(path, f"{{{name}}}: no parameter can stand here; braces of the line itself are doubled")
        elif checker.refer(path, name, parameters, "parameter") and (
            parameters[name].type == "table" or parameters[name].as_file
        ):
            checker.problem(path, f"{name!r} is a {parameters[name].type} in a file, which cannot be typed")


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
