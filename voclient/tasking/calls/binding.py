"""What Python shows of a task function: signature, annotations, and a docstring made from the descriptor."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from ..descriptors.descriptor import Descriptor, Key, Parameter
from .annotations import annotate, control_types, left_out
from .controls import Controls
from .values import describe

_CONTROL_HELP = {
    "async_": "Return at once; the OPset fills while the task runs (also `**{'async': True}`).",
    "execute": "False: prepare only, and start with `result.execute()`.",
    "timeout": "Seconds after which the task and all its processes are ended.",
    "check": "Raise `TaskExecutionError` when the task fails.",
    "cwd": "Working directory of the task.",
    "env": "Variables added to its environment.",
    "cache": "Let an earlier run of the same call stand for this one; an age, as '1d': one that is no older.",
    "callback": "Called with each key and value as it arrives; a mapping chooses by patterns of keys.",
    "executor": "Where the task runs if not on this machine: a pool of concurrent.futures, a dask Client.",
    "progress": "Show a bar: on a terminal or in a notebook if it takes a while, always, or never; or be told.",
    "prompt": "Ask at the terminal for what is missing.",
}


def make_signature(descriptor: Descriptor) -> inspect.Signature:
    """The signature of a task function: operands by position or name, all else by name only."""
    from ..opset import OPset

    positional: list[inspect.Parameter] = []
    named: list[inspect.Parameter] = []
    optional = False
    for parameter in descriptor.parameters:
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD if parameter.positional else inspect.Parameter.KEYWORD_ONLY
        default = inspect.Parameter.empty if parameter.required else left_out(parameter)
        if parameter.positional:
            # After an operand that may be left out, Python wants defaults; the call is checked all the same.
            default = None if optional and parameter.required else default
            optional = optional or not parameter.required
        item = inspect.Parameter(parameter.name, kind, default=default, annotation=annotate(parameter))
        (positional if parameter.positional else named).append(item)
    for name, annotation in control_types().items():
        default = None if name == "env" else getattr(_DEFAULTS, name)
        named.append(inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation))
    return inspect.Signature([*positional, *named], return_annotation=OPset)


def make_annotations(descriptor: Descriptor) -> dict[str, Any]:
    """Annotations of the parameters and controls."""
    from ..opset import OPset

    return {p.name: annotate(p) for p in descriptor.parameters} | control_types() | {"return": OPset}


def make_docstring(descriptor: Descriptor, *, controls: bool = True) -> str:
    """A numpydoc docstring, with the task controls or without."""
    lines = [descriptor.summary if descriptor.summary.endswith(".") else f"{descriptor.summary}.", ""]
    if descriptor.deprecated:
        lines += [*_fill(f"Deprecated: {descriptor.deprecated}."), ""]
    if descriptor.description:
        lines += [*_fill(descriptor.description), ""]
    if descriptor.session:
        lines += [f"Its program can stay for many calls: `with {descriptor.task}.session() as session:`.", ""]
    lines += _heading("Parameters")
    for parameter in descriptor.parameters:
        lines += [f"{parameter.name} : {_phrase(parameter)}", *_indent(_help(descriptor, parameter))]
    for name, text in _CONTROL_HELP.items() if controls else ():
        lines += [f"{name} : task control", *_indent(text)]
    lines += [
        "",
        *_heading("Returns"),
        "OPset",
        *_indent("What the task gives back, by key:" if result_keys(descriptor) else ""),
    ]
    for key in result_keys(descriptor):
        unit = f", {key.unit}" if key.unit else ""
        text = f": {key.help}" if key.help else ""
        lines.append(f"    ``{key.name}`` ({key.type}{unit}){text}")
    if groups := [("At least", group) for group in descriptor.at_least_one] + [
        ("Exactly", group) for group in descriptor.exactly_one
    ]:
        lines += ["", *_heading("Notes")]
        lines += [f"{how} one of {', '.join(f'`{name}`' for name in group)} is given." for how, group in groups]
    if descriptor.examples:
        lines += ["", *_heading("Examples")]
        for number, example in enumerate(descriptor.examples):
            lines += [""] if number else []
            lines += [*_fill(example.help), ""] if example.help else []
            lines.append(f">>> result = {spell_call(descriptor, example.call)}  # doctest: +SKIP")
            for name, value in example.expect.items():
                lines += [f'>>> result["{name}"]  # doctest: +SKIP', repr(value)]
    return "\n".join(line.rstrip() for line in lines).rstrip() + "\n"


def spell_call(descriptor: Descriptor, call: Mapping[str, Any]) -> str:
    """A call as one writes it in Python: `vosesame('m31', force=True)`; long values are cut short."""
    words = []
    rest = dict(call)
    for parameter in descriptor.parameters:
        if parameter.positional:
            if parameter.name not in rest:
                break
            words.append(_shorten(repr(rest.pop(parameter.name))))
    words += [f"{name}={_shorten(repr(value))}" for name, value in rest.items()]
    return f"{descriptor.task}({', '.join(words)})"


def _shorten(text: str) -> str:
    """The ends of a long value: a whole table, say."""
    return text if len(text) <= 72 else f"{text[:36]} … {text[-24:]}"


def result_keys(descriptor: Descriptor) -> list[Key]:
    """All keys a task declares to give back."""
    results = descriptor.results
    keys: dict[str, Key] = {}
    for section in results.sections:
        for key in section.keys:
            keys.setdefault(key.name, key)
        if section.key:
            keys.setdefault(section.key, Key(section.key, "table" if section.format in ("votable", "fits") else "text"))
    for key in results.channel:
        keys.setdefault(key.name, key)
    return list(keys.values())


def _phrase(parameter: Parameter) -> str:
    if parameter.choices:
        text = "{" + ", ".join(map(repr, parameter.choices)) + "}"
        text += ", or a list of them" if parameter.repeated else ""
    else:
        text = describe(parameter).replace("an integer", "int")
    if parameter.required:
        return text
    return f"{text}, optional" if parameter.default is None else f"{text}, default: {parameter.default!r}"


def _help(descriptor: Descriptor, parameter: Parameter) -> str:
    text = parameter.help
    text = text if not text or text.endswith((".", "!", "?")) else f"{text}."
    for group in descriptor.exclusive:
        if parameter.name in group:
            others = " or ".join(f"`{name}`" for name in group if name != parameter.name)
            text += f" Not together with {others}."
    if parameter.needs:
        text += f" Only with {' and '.join(f'`{name}`' for name in parameter.needs)}."
    text += conditions_of(parameter)
    if parameter.aliases:
        text += f" Also called {', '.join(f'`{name}`' for name in parameter.aliases)}."
    return text.strip()


def conditions_of(parameter: Parameter) -> str:
    """When it applies, must be given, and should not be used, as sentences that follow others."""
    if not (parameter.when or parameter.required_when or parameter.deprecated):
        return ""
    from ..descriptors.conditions import describe_condition

    text = f" Only for {describe_condition(parameter.when)}." if parameter.when else ""
    text += f" Required with {describe_condition(parameter.required_when)}." if parameter.required_when else ""
    return text + (f" Deprecated: {parameter.deprecated.rstrip('.')}." if parameter.deprecated else "")


def _heading(text: str) -> list[str]:
    return [text, "-" * len(text)]


def _indent(text: str) -> list[str]:
    return [f"    {line}" for line in _fill(text, 75)]


def _fill(text: str, width: int = 79) -> list[str]:
    import textwrap

    return [line for paragraph in text.splitlines() for line in textwrap.wrap(paragraph, width) or [""]]


_DEFAULTS = Controls()
