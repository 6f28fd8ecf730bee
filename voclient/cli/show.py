"""`voclient show`: a task as its user sees it, or a package."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence

from voclient.tasking.calls.binding import conditions_of, result_keys, spell_call
from voclient.tasking.calls.values import describe
from voclient.tasking.descriptors.descriptor import Descriptor, Package, Parameter
from voclient.tasking.errors import ExecutableNotFoundError
from voclient.tasking.packages.executables import find_executable
from voclient.tasking.packages.index import index_package
from voclient.tasking.packages.modules import import_task
from voclient.tasking.packages.searchpath import find_packages

from . import OK, style
from .listing import summary_of

EPILOG = """\
  voclient show vosesame         a task (package.task when two packages have one of that name)
  voclient show vao              a package
  voclient show ./mytask.yaml    a descriptor, wherever it is
"""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="TASK", help="a task, a package, or a descriptor file (.yaml)")
    parser.add_argument("--json", action="store_true", help="print all attributes as JSON")


def run(parser: argparse.ArgumentParser, words: Sequence[str]) -> int:
    options = parser.parse_args(words)
    package = next(iter(find_packages(options.name)), None) if options.name.isidentifier() else None
    if package:
        print(json.dumps(package.attributes, indent=2, ensure_ascii=False) if options.json else _show_package(package))
        return OK
    task = import_task(options.name)
    if options.json:
        print(json.dumps(task.attributes, indent=2, ensure_ascii=False, default=str))
    else:
        print(show_task(task.descriptor))
    return OK


def _show_package(package: Package) -> str:
    lines = [f"{style.bold(package.name)} {style.dim(package.version)}  {package.summary}", ""]
    if package.description:
        lines += [style.wrap(package.description, 2), ""]
    for name in ("author", "contact", "homepage", "license", "folder"):
        if value := getattr(package, name):
            lines.append(f"  {name:<9} {value}")
    entries = index_package(package)
    tasks = style.definitions((entry.task, summary_of(package, entry), entry.error) for entry in entries)
    return "\n".join([*lines, "", style.bold("Tasks"), tasks])


def show_task(descriptor: Descriptor) -> str:
    package = style.dim(f"  ({descriptor.package})") if descriptor.package else ""
    lines = [f"{style.bold(descriptor.task)}  {descriptor.summary}{package}", ""]
    if descriptor.deprecated:
        lines += [style.wrap(f"Deprecated: {descriptor.deprecated}", 2), ""]
    if descriptor.description:
        lines += [style.wrap(descriptor.description, 2), ""]
    lines += [f"  {python_call(descriptor)}", f"  {shell_call(descriptor)}", ""]
    if descriptor.parameters:
        items = ((parameter.name, phrase(parameter), help_text(parameter)) for parameter in descriptor.parameters)
        lines += [style.bold("Parameters"), style.definitions(items), ""]
    if groups := find_groups(descriptor):
        lines += [*groups, ""]
    if descriptor.terminal:
        lines += [style.bold("Terminal"), style.definitions(_interaction(descriptor)), ""]
    if keys := result_keys(descriptor):
        phrases = ((key.name, key.type + (f" ({key.unit})" if key.unit else ""), key.help) for key in keys)
        lines += [style.bold("Results"), style.definitions(phrases), ""]
    if descriptor.examples:
        lines.append(style.bold("Examples"))
        for example in descriptor.examples:
            lines += [style.wrap(example.help, 2)] if example.help else []
            needs = style.dim(f"  (needs {', '.join(example.needs)})") if example.needs else ""
            lines.append(f"  {spell_call(descriptor, example.call)}{needs}")
            lines += [f"      {name}: {value!r}" for name, value in example.expect.items()]
        lines.append("")
    try:
        program = find_executable(descriptor)
    except ExecutableNotFoundError as error:
        program = style.bad(str(error))
    if descriptor.requires:
        program += f" (version {descriptor.requires.version} or later)"
    return "\n".join(
        [*lines, f"  {style.dim('program')}     {program}", f"  {style.dim('descriptor')}  {descriptor.place.file}"]
    )


def python_call(descriptor: Descriptor) -> str:
    """`votsort(table, *, column=None, …)`, as short as can be."""
    operands = [p.name if p.required else f"{p.name}=…" for p in descriptor.parameters if p.positional]
    required = [f"{p.name}=…" for p in descriptor.parameters if not p.positional and p.required]
    optional = any(not p.positional and not p.required for p in descriptor.parameters)
    return f"{descriptor.task}({', '.join([*operands, *required, *['…'] * optional])})"


def shell_call(descriptor: Descriptor) -> str:
    words = []
    for parameter in descriptor.parameters:
        word = parameter.name.upper() if parameter.positional else f"{parameter.name}=…" if parameter.required else ""
        if word:
            word += " …" if parameter.repeated and parameter.positional else ""
            words.append(word if parameter.required else f"[{word}]")
    rest = ["[name=value …]"] if any(not p.positional and not p.required for p in descriptor.parameters) else []
    name = descriptor.task if descriptor.package else descriptor.place.file
    return " ".join(["voclient run", name, *words, *rest])


def phrase(parameter: Parameter) -> str:
    text = describe(parameter)
    if parameter.required:
        return f"{text}; required"
    return text if parameter.default is None else f"{text}; default {parameter.default}"


def help_text(parameter: Parameter) -> str:
    aliases = f"Also called {', '.join(parameter.aliases)}." if parameter.aliases else ""
    text = parameter.help if not parameter.help or parameter.help.endswith((".", "?", "!")) else f"{parameter.help}."
    return f"{text} {aliases}{conditions_of(parameter)}".strip()


def _interaction(descriptor: Descriptor) -> list[tuple[str, str, str]]:
    """What it asks and is told at its terminal, as the descriptor has it."""
    items = [("runs on", f"a terminal ({', '.join(descriptor.terminal)})", "")]
    for prompt in descriptor.prompts:
        again = ", each time" if prompt.repeated else ""
        items.append(("asks", prompt.expect, f"answered by {prompt.answer or 'an empty line'}{again}"))
    if session := descriptor.session:
        items.append(("session", " ; ".join(session.command), "typed for each call; the program stays"))
    return items


def find_groups(descriptor: Descriptor) -> list[str]:
    groups = {"At most": descriptor.exclusive, "At least": descriptor.at_least_one, "Exactly": descriptor.exactly_one}
    return [f"  {how} one of: {', '.join(group)}" for how, found in groups.items() for group in found]
