"""Programs that describe their options in YAML (`--describe`), as VOClient's own do."""

from __future__ import annotations

from typing import Any

from voclient.tasking.descriptors.yamlfile import parse_document
from voclient.tasking.errors import DescriptorError

from .options import Option
from .usage import Operand, Usage

_KINDS = {"integer": "INTEGER", "number": "FLOAT", "value": "", "file": "FILE", "flag": ""}


def read_description(text: str) -> tuple[str, list[Option], Usage] | None:
    """Summary, options and operands of such a text; None when it is none."""
    try:
        data = parse_document(text, "description").data
    except DescriptorError:
        return None
    if not isinstance(data, dict) or not isinstance(data.get("options"), list) or "tool" not in data:
        return None
    options = [_option(item) for item in data["options"] if isinstance(item, dict) and item.get("name")]
    usage = Usage()
    words = [word.strip("[]") for word in str(data.get("synopsis", "")).split() if "option" not in word]
    for word in words:
        name = word.removesuffix("...").strip("[]")
        if name:
            usage.operands.append(Operand(name, required=False, repeated="..." in word))
    return str(data.get("summary", "")), options, usage


def _option(item: dict[str, Any]) -> Option:
    names = [f"-{item['letter']}"] if item.get("letter") else []
    option = Option([*names, f"--{item['name']}"], help=str(item.get("help", "")), joined=True)
    if item.get("kind") != "flag":
        choices = item.get("choices")
        option.value = (
            f"{{{','.join(map(str, choices))}}}"
            if choices
            else _KINDS.get(str(item.get("kind"))) or str(item.get("value") or "VALUE")
        )
        if item.get("default") is not None:
            option.help += f" (default: {item['default']})"
    return option
