"""Write docs/descriptor.md, the reference of the descriptor format, from the tables the checker itself uses."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from voclient.tasking.descriptors.checking import Entries
from voclient.tasking.descriptors.descriptor import FRAMES
from voclient.tasking.descriptors.schema import (
    DESCRIPTOR,
    DESCRIPTOR_REQUIRED,
    EXAMPLE,
    EXIT_STATUS,
    PACKAGE,
    PACKAGE_REQUIRED,
    REQUIRES,
)
from voclient.tasking.descriptors.schema_interaction import PROMPT, SESSION
from voclient.tasking.descriptors.schema_parameter import PARAMETER
from voclient.tasking.descriptors.schema_results import KEY, RESULTS, SECTION

HEAD = """\
# The descriptor format

Every key, what it may be, and what it is when it is left out. (This page is made by `docs/make_descriptor.py` from the
tables that check descriptors; the [packager's guide](packager.md) shows them at work.)

An editor that knows YAML completes and checks descriptors as you type, given their JSON Schema:

```sh
voclient check --schema > descriptor.schema.json
voclient check --schema=package > package.schema.json
```

(both lie beside the pages of this guide, too), and a first line in each descriptor, here for the YAML language server
that most editors use:

```yaml
# yaml-language-server: $schema=descriptor.schema.json
task: hello
summary: Say hello
executable: echo
```

What the schema refuses, `voclient check` refuses, too; rules between keys are known to the latter alone.

*Text* is any scalar, taken as it is written (`version: 1.10` is no number). YAML is of version 1.2: `no`, `on` and
`12:30:00` are texts. Keys in **bold** must be there.
"""
TYPES = {
    "string": "any text; where it has a `unit`, numbers and Quantities, too",
    "bool": "True or False; its words are on the command line when it is true",
    "int, float": "numbers in the parameter's `unit`; Quantities and texts with a unit (`5 arcmin`) are converted",
    "choice": "one of `choices`",
    "path": "a file's name, or a path object",
    "url": "text that begins with a scheme",
    "table": "a file's name, a URL, or an astropy Table, which is written as `format` says",
    "angle": "a number of degrees (or `unit`), a Quantity, or text such as `12h30m`; with `coordinate` a SkyCoord",
    "quantity": "the same",
    "range": "a pair of numbers or Quantities, None for an open end; `{low}` and `{high}` in its template",
    "position": "a SkyCoord, a pair of degrees (numbers, Quantities, texts), or text such as `10.68 41.27` or "
                "`00:42:44 +41:16:08`; {names} in its template",
    "time": "a Time, a datetime, text such as `2026-01-31T12:30:00`, or a number of the declared `form`",
}  # fmt: skip
CONDITION = """\
## Conditions

A condition names parameters of a call and their values: `{format: csv}`, `{format: [vot, fits]}` (either),
`{output: true}` (is given), `{output: false}` (is not; of a bool: it is off). All parts must hold. A parameter that is
not given has its `default`. `when` of a parameter: it may be given only then; `required` of a parameter: it must be
given then; `when` of a section of results: only then is there such output.
"""


def make_page() -> str:
    """The whole page."""
    placeholders = " or ".join(dict.fromkeys(f"`{{{first}}}` and `{{{second}}}`" for first, second in FRAMES.values()))
    types = [f"| `{name}` | {text.replace('{names}', placeholders)} |" for name, text in TYPES.items()]
    parts = [
        HEAD,
        table("A descriptor", DESCRIPTOR, DESCRIPTOR_REQUIRED),
        table("A parameter", PARAMETER),
        "\n".join(["### Types of parameters", "", "| type | accepts |", "| --- | --- |", *types, ""]),
        CONDITION,
        table("`results`", RESULTS),
        table("A section of results", SECTION),
        table("A key of a result", KEY),
        table("An example", EXAMPLE),
        table("An exit status", EXIT_STATUS, ("status",)),
        table("`requires`", REQUIRES, ("version",)),
        table("A prompt", PROMPT, ("expect", "answer")),
        table("`session`", SESSION, ("prompt", "command")) if "session" in DESCRIPTOR else "",
        table("package.yaml", PACKAGE, PACKAGE_REQUIRED),
    ]
    return "\n".join(filter(None, parts))


def table(title: str, entries: Entries, required: Iterable[str] = ()) -> str:
    """A section with a row for each key."""
    lines = [f"## {title}", "", "| key | meaning | value | default | such as |", "| --- | --- | --- | --- | --- |"]
    for name, entry in entries.items():
        key = f"**`{name}`**" if name in required else f"`{name}`"
        cells = [key, entry.help, entry.field.noun, entry.default, f"`{entry.example}`"]
        lines.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    (Path(__file__).parent / "descriptor.md").write_text(make_page(), encoding="utf-8")
