"""Read the options of a program from its help text: argparse, click, typer, GNU and their like. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from .layout import help_lines

_NAME = r"--?[A-Za-z0-9?#@%](?:[\w.-]*\w)?|\+[A-Za-z]\w*|--\[no-\][\w-]+"
_START = re.compile(rf"(\s*\*?\s*)((?:{_NAME})(?=[\s,=\[<|/:({{]|$).*)")
_VALUE = re.compile(
    r"""(?P<optional>\[=?(?!\w*\|)[^\]\s|]+\])          # --color[=WHEN]
      | (?P<equals>=(?:<[^>]*>|\{[^}]*\}|[^\s,]+))
      | [ ](?P<list>\[[A-Za-z][\w-]*[ ]\.\.\.\])              # --skip [FILE ...]
      | [ ](?P<angle><[^>]*>)
      | [ ](?P<choices>\{[^}]*\}|\[\w[^\[\]\s]*\|[^\[\]]*\])
      | [ ](?P<word>[A-Za-z][\w-]*(?:=\S+|\[[:,=][^\s\]]*\])|\[?[A-Za-z][\w.:|/-]*\]?)  # NAME=VALUE, FILE[:MODE]""",
    re.VERBOSE,
)
_GOES_ON = re.compile(
    rf"(?:{_NAME})(?=[\s,=\[<]|$)|\[\w+(\|\w+)+\]$|<[a-z][\w ]*(\[\w+\])?>( \[[^\]]*\])?$"
    r"|(INTEGER|FLOAT|TEXT|PATH|FILE|DIRECTORY|FILENAME|BOOLEAN|UUID)( RANGE)?( \[[^\]]*\])?$"
)
"""What still belongs to the names of an option, behind blanks: another name, or what typer has in its next column."""
_MORE = re.compile(r"(?:\s(\[[^\]]*\.\.\.\]|\.\.\.)|(\.\.\.))")
_AGAIN = re.compile(
    r"(several|multiple|many) times|more than once|\b(may|can)( be)? repeat|multi-allowed|\brepeatable\b"
    r"|several -\w's|(may|can) be (given|used|specified|passed) (repeatedly|again)|use (again|repeatedly) ",
    re.IGNORECASE,
)
_DEFAULT = re.compile(r"[\[(](?:env var: [^;\]]*; *)?default(?:s to|:| is|=)?\s*([^\])]*?)(?:;[^\])]*)?[\])]", re.I)


@dataclass
class Option:
    """One option, as its help tells it."""

    names: list[str] = field(default_factory=list)
    value: str = ""
    """What stands for the value: `FILE`, `{a,b}`, `A B`; nothing: a flag."""
    joined: bool = False
    """The value is joined by `=`."""
    glued: bool = False
    """The value follows without anything between."""
    optional: bool = False
    """The value may be left out."""
    many: bool = False
    """Several values behind one use."""
    help: str = ""
    required: bool = False
    repeated: bool = False
    """It may be given several times."""

    @property
    def again(self) -> bool:
        """Whether it may be given several times, as far as is told."""
        return self.repeated or bool(_AGAIN.search(self.help))

    @property
    def default(self) -> str | None:
        """What the help says is the default."""
        found = _DEFAULT.search(self.help)
        return found[1].strip().strip("'\"`") if found and found[1].strip() else None

    @property
    def long(self) -> str:
        """The name that says most: the first long one."""
        return next((name for name in self.names if name.startswith("--")), self.names[0])


def read_options(text: str) -> list[Option]:
    """The options of a help text, in their order.

    >>> found = read_options("  -n, --lines=NUM  print NUM\\n            lines\\n  -q  quiet")
    >>> [(option.names, option.value, option.help) for option in found]
    [(['-n', '--lines'], 'NUM', 'print NUM lines'), (['-q'], '', 'quiet')]
    """
    found: list[Option] = []
    known: set[str] = set()
    for spec, words in _entries(text):
        option = _read_spec(spec)
        if option is None or set(option.names) & known:
            continue
        known |= set(option.names)
        option.help = " ".join(filter(None, (option.help, words))).strip().removeprefix(": ")
        option.required = option.required or bool(re.search(r"\[required\]|\(required\)", option.help))
        found.append(option)
    return found


def _entries(text: str) -> Iterator[tuple[str, str]]:
    """The part of each entry that names an option, and the phrase beside or below it."""
    lines = help_lines(text)
    i = 0
    while i < len(lines):
        start = _START.fullmatch(lines[i])
        i += 1
        if start is None or len(start[1]) > 30 or (not start[1] and not re.search(r"\s{2}|^\S+$|,\s-|\s:\s", start[2])):
            continue
        spec, phrase = _split(start[2].rstrip())
        words = [phrase]
        while i < len(lines) and lines[i].strip():
            indent = len(lines[i]) - len(lines[i].lstrip())
            if indent <= len(start[1]) or (_START.fullmatch(lines[i]) and indent <= len(start[1]) + 8):
                break
            words.append(lines[i].strip())
            i += 1
        mark = "[required] " if "*" in start[1] else ""
        yield spec, mark + " ".join(" ".join(words).split())


def _split(text: str) -> tuple[str, str]:
    """What names the option, and the phrase: two blanks are between, but not behind a comma or a name's bar."""
    parts = re.split(r"(\s{2,})", text)
    spec = parts[0]
    i = 1
    while i + 1 < len(parts) and (spec.endswith((",", "|", "/")) or _GOES_ON.match(parts[i + 1])):
        spec += " " + parts[i + 1]
        i += 2
    return spec, " ".join("".join(parts[i:]).split())


def _read_spec(spec: str) -> Option | None:
    option = Option()
    rest = spec.strip()
    while match := re.match(rf"(?:{_NAME})", rest):
        option.names.append(match[0])
        rest = rest[match.end() :]
        if re.match(r"\s*(,|\||/|\sor\s)?\s*(-|\+\w)", rest) and not _VALUE.match(rest):
            rest = re.sub(r"^\s*(,|\||/|or\s)?\s*", "", rest)
            continue
        if value := _VALUE.match(rest):
            rest = _take_value(option, value, rest)
        elif found := re.match(r"<[^>]*>", rest):
            option.value, option.glued, rest = found[0], True, rest[found.end() :]
        rest = re.sub(r"^(\s*(,|\||/|\bor\b)\s*|\s+(?=--?\w))", "", rest)
    if option.names and rest.lstrip().startswith(":"):
        # `-b : the phrase`, `-c cmd : the phrase`
        option.help = rest.lstrip()[1:].strip()
        return option
    if not option.names or (rest.startswith((".", "=")) and not option.value):
        return None
    if rest.strip():
        option.help = rest.strip()
        if option.value and re.fullmatch(r"[a-z][\w-]*|[A-Z][a-z]+", option.value) and len(option.help.split()) > 1:
            # `-h display this help`: not a value, but the phrase.
            option.help, option.value = f"{option.value} {option.help}", ""
    return option


def _take_value(option: Option, value: re.Match[str], rest: str) -> str:
    rest = rest[value.end() :]
    if value["optional"]:
        option.optional, option.joined = True, value["optional"].startswith("[=")
        option.glued = not option.joined
        option.value = option.value or value["optional"].strip("[=]")
    elif value["equals"]:
        option.joined, option.value = True, value["equals"][1:]
    else:
        option.value = value["angle"] or value["choices"] or value["word"] or re.sub(r"[\[\] .]", "", value["list"])
        option.many = value["list"] is not None
        if option.value == "<bool>":
            option.value = ""
        elif option.value.endswith("..."):
            option.value, option.many = option.value[:-3], True
        elif item := re.fullmatch(r"<list\[(\w+)\]>", option.value):
            option.value, option.repeated = f"<{item[1]}>", True
        # `A B`, or `A [A ...]`: several values, all written alike.
        other = r"<[^>]*>" if value["angle"] else r"[a-z](?= *$)" if option.value.islower() else "[A-Z][A-Z0-9_-]*"
        while more := re.match(rf" ({other})(?=[\s,]|$)", rest):
            option.value += f" {more[1]}"
            rest = rest[more.end() :]
        option.many = option.many or " " in re.sub(r"<[^>]*>", "<>", option.value)
        if re.fullmatch(r"<?(INTEGER|FLOAT|INT) RANGE>?", option.value, re.IGNORECASE):
            option.many = False
            rest = re.sub(r"^ \[[^\]]*\]", "", rest)
    if more := _MORE.match(rest):
        option.many = True
        rest = rest[more.end() :]
    return rest
