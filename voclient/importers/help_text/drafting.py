"""A draft made of what a help text says. Pure."""

from __future__ import annotations

import re
from typing import Any

from voclient.tasking.descriptors.yamlfile import scalar

from ..draft import Draft, Names, argv_field, literal_word, one_line
from .options import Option, read_options
from .usage import Operand, Usage, read_usage

_ABOUT = frozenset((
    "help", "version", "usage", "man", "man_page", "describe", "completion", "install_completion", "show_completion",
    "license", "copyright",
))  # fmt: skip
"""Options that ask about the program; nobody runs a task for them."""
_INTEGERS = frozenset(("INT", "INTEGER"))
_FLOATS = frozenset(("FLOAT", "DOUBLE", "REAL"))
_FILES = frozenset((
    "FILE", "FILES", "PATH", "DIR", "DIRECTORY", "FILENAME", "FOLDER", "INFILE", "OUTFILE", "INPUT_FILE", "OUTPUT_FILE",
    "FILE_NAME",
))  # fmt: skip
_QUESTION = re.compile(r"(show|print|display|output|give|get)?\s*(this|the|a)?\s*(help|usage|version)\b", re.IGNORECASE)


def draft_from_help(name: str, executable: str, text: str) -> Draft:
    """A descriptor drafted from a help text."""
    return make_draft(name, executable, summary_of(text, name), read_options(text), read_usage(text), text)


def make_draft(name: str, executable: str, summary: str, options: list[Option], usage: Usage, text: str = "") -> Draft:
    """A descriptor drafted from options and operands.

    Parameters
    ----------
    name, executable : str
        Of the task, and of the program.
    summary : str
        What it is for.
    options : list of Option
        In their order.
    usage : Usage
        Operands, and what goes with what.
    text : str, optional
        The help text, for the help of operands.

    Returns
    -------
    Draft
        Options first, then operands, then options that take any number of values.
    """
    draft = Draft(name, summary)
    draft.data["executable"] = executable
    for option in options:
        # A list that tells of no values, where the usage line does.
        told = next((other for other in usage.options if set(other.names) & set(option.names)), None)
        if told is not None and told.value and not option.value:
            option.value, option.joined, option.glued = told.value, told.joined, told.glued
    options = options or usage.options
    options = [option for option in options if _plain(option.long).lower() not in _ABOUT and not _is_about(option)]
    names = Names([_plain(option.long) for option in options] + [operand.name for operand in usage.operands])
    used: dict[str, Option] = {}
    late: dict[str, dict[str, Any]] = {}
    for option in options:
        own = names.of[_plain(option.long)]
        if own in used:
            continue
        used[own] = option
        parameter = _parameter(draft, own, option, _is_required(option, usage))
        if (alias := names.alias(_plain(option.long))) is not None:
            parameter["aliases"] = [alias]
        takes_all = option.many and "max_items" not in parameter
        (late if takes_all and usage.operands else draft.parameters)[own] = parameter
    for operand in usage.operands:
        own = names.of[operand.name]
        if own in used:
            own = names.of[operand.name] = _free(f"{own}_operand", draft.parameters)
        draft.parameters[own] = _operand_parameter(operand, text)
    draft.parameters |= late
    _groups(draft, used, usage)
    if any(operand.choices or operand.name.lower() in ("command", "subcommand") for operand in usage.operands):
        draft.comments.append("Its commands have options of their own: better a descriptor for each of them.")
    for line in usage.others[:3]:
        draft.comments.append(f"It may also be called so: {one_line(line)}")
    draft.data["results"] = {"stdout": {"format": "text", "keys": {"text": {"type": "text", "help": "What it prints"}}}}
    return draft


def summary_of(text: str, name: str) -> str:
    """What a program says it is for: the first phrase that is no usage line, option or heading."""
    raw = text.expandtabs().splitlines()
    lines = [line.strip() for line in raw]
    in_usage = False
    for i, line in enumerate(lines):
        if re.match(r"(usage|synopsis)\b", line, re.IGNORECASE):
            in_usage = True
            continue
        if not line:
            in_usage = False
            continue
        if in_usage and (
            line.startswith(("or:", "[", "-", "<", "{", "(", name))
            or not re.match(r"[A-Z][\w']* ['(\w]", line)
            or re.search(r" \| |\]$", line)
        ):
            continue
        if line.startswith(("-", "[", "<", "{")) or line.endswith(":") or len(line.split()) < 2:
            continue
        if raw[i].startswith(" " * 12) and i and lines[i - 1]:  # an option's phrase goes on
            continue
        if re.search(r"(unknown|invalid|illegal|unrecognized|unrecognised) option|^error\b", line, re.IGNORECASE):
            continue
        if re.match(rf"{re.escape(name)}\s+(--?\w|[\[<{{])", line):
            continue
        if found := re.match(rf"{re.escape(name)}(?: [\d.]+)?\s*(?:--?|\u2013|:|,)\s+(.*)", line, re.IGNORECASE):
            line = found[1]
        elif re.match(rf"{re.escape(name)}\b.*\d+\.\d+", line, re.IGNORECASE) or line.startswith("Copyright"):
            continue
        phrase = [line]
        for more in lines[i + 1 :]:
            if (
                not more
                or line.endswith(".")
                or re.match(r"-|usage\b", more, re.IGNORECASE)
                or len(" ".join(phrase)) > 100
            ):
                break
            phrase.append(more)
        found = re.match(r"(.{8,100}?)\.(\s|$)", " ".join(phrase))
        result = found[1] if found else " ".join(phrase)
        result = result if len(result) <= 100 else result[:97].rsplit(" ", 1)[0] + " …"
        return result[0].upper() + result[1:]
    return f"Run {name}"


def _plain(name: str) -> str:
    name = f"plus_{name[1:]}" if name.startswith("+") else name
    return name.replace("[no-]", "").lstrip("-").replace("-", "_") or "value"


def _is_about(option: Option) -> bool:
    return bool(_QUESTION.match(option.help)) and not option.value


def _is_required(option: Option, usage: Usage) -> bool:
    return option.required or (bool(option.value) and any(name in usage.required for name in option.names))


def _free(name: str, taken: dict[str, Any]) -> str:
    return name if name not in taken else _free(f"{name}_", taken)


def _parameter(draft: Draft, own: str, option: Option, is_required: bool) -> dict[str, Any]:
    help = _help(option.help)
    pair = _switch(option)
    if not option.value:
        flag: dict[str, Any] = {"type": "bool"} | ({"help": help} if help else {})
        return flag | {"argv": {True: pair[0], False: pair[1]} if pair else argv_field([literal_word(option.long)])}
    kind = _type(option)
    parameter: dict[str, Any] = {"type": kind}
    if kind == "choice":
        parameter["choices"] = _choices(option.value)
    if option.many or option.again:
        parameter["repeated"] = True
    if is_required:
        parameter["required"] = True
    elif option.default is not None and not option.many:
        parameter |= _default(kind, parameter.get("choices"), option.default)
    parameter["help"] = help or f"The value {re.sub('[][<>{}]', '', option.value)}"
    name = literal_word(option.long)
    if option.many:
        parameter["argv"] = argv_field([name, "{...}"])
        count = len(option.value.strip("<>").replace("> <", " ").split())
        if count > 1:
            parameter |= {"min_items": count, "max_items": count}
            draft.remark(own, f"Takes the values {option.value}.")
    elif option.joined and name.startswith("--"):
        parameter["argv"] = argv_field([f"{name}={{}}"])
    elif (option.glued or option.joined) and not name.startswith("--"):
        parameter["argv"] = argv_field([f"{name}{{}}"])
    else:
        parameter["argv"] = argv_field([name, "{}"])
    if option.optional:
        draft.remark(own, "May also be given without a value; then it is a flag.")
    return parameter


def _operand_parameter(operand: Operand, text: str) -> dict[str, Any]:
    parameter: dict[str, Any] = {"type": "path" if _is_file(operand.name) else "string"}
    if operand.choices:
        parameter = {"type": "choice", "choices": list(operand.choices)}
    if operand.repeated:
        parameter["repeated"] = True
    if operand.required:
        parameter["required"] = True
    found = re.search(rf"^\s+\*?\s*{re.escape(operand.name)}\s{{2,}}(\S.*(?:\n\s{{16,}}\S.*)*)", text, re.MULTILINE)
    parameter["help"] = (_help(found[1]) if found else "") or f"The operand {operand.name}"
    parameter["argv"] = "{}"
    return parameter


def _groups(draft: Draft, used: dict[str, Option], usage: Usage) -> None:
    by_name = {name: own for own, option in used.items() for name in option.names}
    for names, is_required in usage.exclusive:
        members = list(dict.fromkeys(by_name[name] for name in names if name in by_name))
        if len(members) > 1:
            draft.data.setdefault("exactly_one" if is_required else "exclusive", []).append(members)
            for own in members:
                draft.parameters[own].pop("required", None)


def _help(text: str) -> str:
    text = re.sub(r"\s*[\[(](required|default: [^\])]*)[\])]|^<[a-z][^>]*>\s+", "", text, flags=re.IGNORECASE)
    line = one_line(text)
    return line[:1].upper() + line[1:]


def _switch(option: Option) -> tuple[str, str] | None:
    """The words of a flag that can be switched on and off: `--x / --no-x`."""
    name = option.long
    if name.startswith("--[no-]"):
        return f"--{name[7:]}", f"--no-{name[7:]}"
    for other in option.names:
        if other == f"--no-{name[2:]}":
            return name, other
    return None


def _choices(value: str) -> list[str]:
    return [item.strip() for item in re.split(r"[,|]", value.strip("{}[]<>")) if item.strip()]


def _is_file(name: str) -> bool:
    return name.strip("<>[]").upper().replace("-", "_") in _FILES


def _type(option: Option) -> str:
    """Conservative: a wrong guess would refuse what the program takes."""
    value = option.value
    if value[0] in "{[" and len(_choices(value)) > 1 and "..." not in value:
        return "choice"
    word = re.sub(r"[<>\[\]]", "", value).split(" [")[0].strip()
    first = word.split()[0].upper() if option.many and word else word.upper()
    first = first.removesuffix(" RANGE")
    if first in _INTEGERS:
        return "int"
    if first in _FLOATS:
        return "float"
    return "path" if _is_file(first) else "string"


def _default(kind: str, choices: list[str] | None, text: str) -> dict[str, Any]:
    if text in ("None", "none") and kind != "choice":
        return {}
    value = scalar(text)
    if kind == "int":
        return {"default": value} if isinstance(value, int) and not isinstance(value, bool) else {}
    if kind == "float":
        return {"default": value} if isinstance(value, (int, float)) and not isinstance(value, bool) else {}
    if kind == "choice":
        return {"default": text} if choices and text in choices else {}
    return {"default": text}
