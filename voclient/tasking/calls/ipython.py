"""Completion in IPython and notebooks: inside a call of a task its parameters, inside a parameter its choices."""

from __future__ import annotations

import re
import sys
from keyword import iskeyword
from types import ModuleType
from typing import Any, NamedTuple

from ..descriptors.descriptor import Descriptor
from .controls import SUPPORTED
from .pset import ParameterSet
from .tasks import Task

_CALLED = re.compile(r"(?<![\w.)\]])([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)\s*$")
_KEYWORD = re.compile(r"([A-Za-z_]\w*)\s*=\s*[\[(]?\s*$")
_METHODS = ("map", "prepare", "pset")


def install(shell: Any = None) -> None:
    """Have an IPython shell (by default the running one) complete calls of tasks; once."""
    if shell is None:
        shell = sys.modules["IPython"].get_ipython() if hasattr(sys.modules["IPython"], "get_ipython") else None
    matchers = getattr(getattr(shell, "Completer", None), "custom_matchers", None)
    if matchers is None or any(getattr(matcher, "matcher_identifier", "") == "voclient" for matcher in matchers):
        return
    from IPython.core.completer import SimpleCompletion, context_matcher

    @context_matcher(identifier="voclient")  # type: ignore[untyped-decorator]
    def match(context: Any) -> dict[str, Any]:
        lines = context.full_text.split("\n")[: context.cursor_line + 1]
        text = "\n".join([*lines[:-1], lines[-1][: context.cursor_position]])
        found = complete(text, {**getattr(shell, "user_global_ns", {}), **shell.user_ns})
        return {
            "completions": [SimpleCompletion(text=word, type="param") for word in found.words],
            "matched_fragment": found.typed,
            "suppress": found.alone and bool(found.words),
        }

    matchers.append(match)


class Completions(NamedTuple):
    """What may stand at the cursor."""

    words: list[str]
    typed: str = ""
    """What is there of it already."""
    alone: bool = False
    """Nothing else makes sense there."""


def complete(text: str, names: dict[str, Any]) -> Completions:
    """Complete code up to the cursor.

    Parameters
    ----------
    text : str
        The code, up to the cursor.
    names : dict
        What is defined.

    Returns
    -------
    Completions
        Nothing, unless the cursor is in a call of a task.

    Examples
    --------
    >>> from voclient.vaopackage import votcnv
    >>> complete('votcnv("stars.xml", fmt="c', {"votcnv": votcnv})
    Completions(words=['csv'], typed='c', alone=True)
    """
    call = _innermost_call(text)
    descriptor = call and _task_called(call.function, names)
    if not call or not descriptor:
        return Completions([])
    keyword = _KEYWORD.search(call.argument)
    if keyword is None:
        return _parameters(descriptor, call) if call.quote is None else Completions([])
    parameter = descriptor.by_name.get(keyword[1])
    if parameter is None:
        return Completions([])
    if call.quote is not None:
        words = [str(choice) for choice in parameter.choices]
    else:
        words = [repr(choice) for choice in parameter.choices] or ["True", "False"] * (parameter.type == "bool")
    return Completions([word for word in words if word.startswith(call.typed)], call.typed, alone=True)


def _parameters(descriptor: Descriptor, call: _Call) -> Completions:
    if call.argument.strip():
        return Completions([])
    own = [
        name for p in descriptor.parameters if not p.deprecated for name in (p.name, *p.aliases)
        if name.isidentifier() and not iskeyword(name) and name not in dict(p.deprecated_aliases)
    ]  # fmt: skip
    controls = () if call.function.endswith((".pset", ".prepare")) else SUPPORTED
    names = [f"{name}=" for name in (*own, *controls) if name not in call.given]
    return Completions([name for name in names if name.startswith(call.typed)], call.typed)


def _task_called(function: str, names: dict[str, Any]) -> Descriptor | None:
    """The task behind a dotted name. Only modules are asked for attributes: asking others may run code."""
    first, *rest = function.split(".")
    thing = names.get(first)
    for name in rest:
        if isinstance(thing, ModuleType):
            try:
                thing = getattr(thing, name, None)
            except Exception:  # a wrong descriptor: told when the task is called, not at TAB
                return None
        elif not (isinstance(thing, Task) and name in _METHODS):
            return None
    return thing.task.descriptor if isinstance(thing, ParameterSet) else getattr(thing, "descriptor", None) \
        if isinstance(thing, Task) else None  # fmt: skip


class _Call(NamedTuple):
    """The call the cursor is in."""

    function: str
    argument: str
    """The argument at the cursor, up to what is being typed."""
    typed: str
    quote: str | None
    """The quote that is open at the cursor."""
    given: frozenset[str]
    """Names of the arguments before."""


def _innermost_call(text: str) -> _Call | None:
    quote: str | None = None
    begin = i = 0
    open_: list[list[Any]] = []
    """Of each open bracket: which, where, and where the argument at hand begins."""
    while i < len(text):
        character = text[i]
        if quote is not None:
            if character == "\\":
                i += 1
            elif text.startswith(quote, i):
                i += len(quote) - 1
                quote = None
            elif character == "\n" and len(quote) == 1:
                quote = None
        elif character in "\"'":
            quote = text[i : i + 3] if text[i : i + 3] == character * 3 else character
            begin = i
            i += len(quote) - 1
        elif character == "#":
            i = text.find("\n", i)
            if i < 0:
                return None
        elif character in "([{":
            open_.append([character, i, i + 1])
        elif character in ")]}":
            if open_:
                open_.pop()
        elif character == "," and open_:
            open_[-1][2] = i + 1
        i += 1
    end = begin if quote is not None else len(text) - len(re.search(r"\w*$", text)[0])  # type: ignore[index]
    typed = text[begin + len(quote) :] if quote is not None else text[end:]
    inner = open_.pop() if open_ and open_[-1][0] == "[" else None  # a list of values
    if not open_ or open_[-1][0] != "(" or (called := _CALLED.search(text[: open_[-1][1]])) is None:
        return None
    _, place, argument = open_[-1]
    upto = end if inner is None else inner[1] + 1
    given = frozenset(re.findall(r"([A-Za-z_]\w*)\s*=(?!=)", text[place:argument]))
    return _Call(called[1], text[argument:upto], typed, quote, given)
