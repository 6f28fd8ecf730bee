"""Read the operands, required options and groups from the usage line of a help text. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .options import Option

_HEAD = re.compile(r"^\s*(usage|synopsis)\s*:?\s*(.*)$", re.IGNORECASE)
_OPTIONS = re.compile(
    r"\[?<?(options?|flags?|opts?|switches|general options|global options)>?\]?(\.\.\.|…)?", re.IGNORECASE
)
_NAME = re.compile(r"--?[A-Za-z0-9?][\w-]*")
_ENTRY = re.compile(r"-\S.*\S(\s{2,}|\t)\S|-\w(\t|\s{2,})\S|[-+]\w[\w-]*: ")
"""An option and its phrase: the usage has ended."""
_BRACKETS = re.compile(r"\[[^\]]*\]|<[^>]*>|\{[^}]*\}")
_SENTENCE = re.compile(r"([a-z']+,? ){3}|[a-z]{2}[;.](\s|$)")
_MODULE = re.compile(r"python[\d.]* -m (?=[A-Za-z])")
_VALUE = r"(?:<[^<>]+>|[A-Za-z][\w:.,/-]*)(?:=(?:<[^<>]+>|[\w-]+))?"
_PROSE = frozenset(("a", "an", "and", "any", "are", "for", "in", "of", "or", "the", "to", "with"))


@dataclass
class Operand:
    """A word that is given by its place."""

    name: str
    required: bool = True
    repeated: bool = False
    choices: tuple[str, ...] = ()


@dataclass
class Usage:
    """What a usage line says."""

    operands: list[Operand] = field(default_factory=list)
    required: set[str] = field(default_factory=set)
    """Options that stand there without brackets."""
    exclusive: list[tuple[list[str], bool]] = field(default_factory=list)
    """Options of which one may be given, and whether one must be."""
    options: list[Option] = field(default_factory=list)
    """Options that the line itself tells of: `[-abc] [-o file]`."""
    others: list[str] = field(default_factory=list)
    """Further usage lines."""


def find_usage(text: str) -> list[str]:
    """The usage lines, each joined from its pieces, the program's name included."""
    lines = text.splitlines()
    for i, line in enumerate(lines):
        head = _HEAD.match(line)
        if head is None or (head[1].lower() == "synopsis" and head[2]):
            continue
        found: list[str] = [_MODULE.sub("", head[2].strip(), 1)] if head[2].strip() else []
        indent = len(line) - len(line.lstrip())
        aligned = head.start(2) + len(head[2].split(" ")[0])  # argparse begins its further lines behind the name
        for other in lines[i + 1 :]:
            if not other.strip() and not found:
                continue
            own = len(other) - len(other.lstrip())
            if found and (more := re.match(r"\s*more:\s+(?=[\[-])", other)):
                found[-1] += f" {other[more.end() :].strip()}"  # CFITSIO's
                continue
            if not other.strip() or own <= indent:
                break
            piece = other.strip()
            if _ENTRY.match(piece):
                break
            again = re.match(r"or:\s+", piece)
            program = found[0].split()[0] if found else ""
            if not found or again or (program and piece.split()[0] == program):
                found.append(re.sub(r"^or:\s+", "", piece))
            elif own > aligned or not _SENTENCE.search(_BRACKETS.sub(" ", piece)):
                found[-1] += " " + piece
            else:
                break
        if found:
            program = re.escape(found[0].split()[0])
            return [part for line in found for part in re.split(rf"\s+or\s+(?={program}(?:\s|$))", line)]
    return []


def read_usage(text: str) -> Usage:
    """What the usage of a help text says.

    >>> usage = read_usage("usage: prog [-h] (-a | -b) --name N FILE [MORE ...]\\n")
    >>> [(o.name, o.required, o.repeated) for o in usage.operands], usage.required, usage.exclusive
    ([('FILE', True, False), ('MORE', False, True)], {'--name'}, [(['-a', '-b'], True)])
    """
    lines = find_usage(text)
    usage = Usage(others=lines[1:])
    if not lines:
        return usage
    tokens = _tokens(lines[0].replace("…", "..."))[1:]
    # Of several such words none is a bundle of letters: `[-help] [-debug]`.
    are_words = len(re.findall(r"(?<=\[)-[A-Za-z0-9]{2,}(?=\])", lines[0])) > 1
    i = 0
    while i < len(tokens):
        token = tokens[i]
        i += 1
        if _OPTIONS.fullmatch(token) or token in ("--", "[--]", "|"):
            continue
        if token == "-v":  # verbose: what follows is the operand
            usage.options.append(Option([token]))
            continue
        if token.startswith("-"):
            name = _NAME.match(token)[0] if _NAME.match(token) else token  # type: ignore[index]
            usage.required.add(name)
            value = ""
            if "=" not in token and i < len(tokens) and re.fullmatch(r"[A-Z][\w.-]*|<[^>]*>|\{[^}]*\}", tokens[i]):
                value = f" {tokens[i]}"
                i += 1
                while i < len(tokens) and tokens[i] in (f"[{tokens[i - 1]} ...]", "..."):
                    i += 1
            usage.options += _brief(token + value, are_words=True)
            continue
        inner = token[1:-1].strip() if token[0] in "[(" and token.endswith(("]", ")")) else None
        if inner is not None and inner.startswith("-"):
            names = [match[0] for part in inner.split("|") if (match := _NAME.match(part.strip()))]
            if {"--help", "--version"} & set(names):
                continue
            if len(names) > 1:
                usage.exclusive.append((names, token[0] == "("))
            usage.options += [option for part in inner.split("|") for option in _brief(part.strip(), are_words)]
            continue
        _operand(usage, token)
    return usage


def _brief(text: str, are_words: bool = False) -> list[Option]:
    """The options within a pair of brackets: `-abc` are three flags, unless such are words."""
    if found := re.fullmatch(r"-([A-Za-z0-9]+)", text):
        letters = [found[1]] if are_words or len(set(found[1])) < len(found[1]) else found[1]
        return [Option([f"-{letter}"]) for letter in letters]
    if found := re.fullmatch(r"(--[\w-]+)\[=(<[^<>]+>|\w+)\]", text):
        return [Option([found[1]], found[2], joined=True, optional=True)]
    if found := re.fullmatch(rf"(-[A-Za-z0-9](?:[\w-]*(?=[ =]))?)([ =]?)({_VALUE})|(--[\w-]+)([ =])({_VALUE})", text):
        name, sign, value = (group for group in found.groups() if group is not None)
        return [Option([name], value, joined=sign == "=", glued=not sign)]
    return [Option([text])] if re.fullmatch(r"--[\w-]+", text) else []


def _operand(usage: Usage, token: str) -> None:
    if ";" in token and " " in token:  # `[more options; see below]`
        return
    if token in ("...", "[...]"):
        if usage.operands:
            usage.operands[-1].repeated = True
        return
    required = not token.startswith("[")
    repeated = token.rstrip("])").endswith("...")
    # (Of `NUMBER[SUFFIX]` the name is NUMBER.)
    text = re.sub(r"(?<=\w)\[\.?\w+\]", "", token).replace("...", " ").strip("[]() \t").rstrip(", ")
    if text.startswith("<") and text.count("<") == 1 and re.fullmatch(r"<\w+( \w+)+>", text):
        text = text.replace(" ", "_")
    choices = re.fullmatch(r"\{([^{}]*,[^{}]*)\}", text)
    if choices:
        usage.operands.append(Operand("command", required, repeated, tuple(choices[1].split(","))))
        return
    words = [word.strip("<>[]{}") for word in text.split()]
    words = [word for word in words if re.fullmatch(r"[A-Za-z][\w.:/|-]*", word)]
    if len(words) > 2 and _PROSE & set(words):
        words, repeated = [word for word in words if word in ("file", "files")], True
    if not words or (len(words) > 1 and len(set(words)) > 1 and "<" not in token and not token.startswith("[")):
        return
    for word in dict.fromkeys(words):
        same = [operand for operand in usage.operands if operand.name == word]
        if same:
            same[0].repeated = True
        elif not _OPTIONS.fullmatch(word):
            usage.operands.append(Operand(word.split("|")[0], required, repeated))


def _tokens(line: str) -> list[str]:
    """Words, brackets kept together, with the dots behind them."""
    tokens: list[str] = []
    depth = 0
    word = ""
    for character in line + " ":
        if character == " " and depth == 0:
            if word == "..." and tokens:
                tokens[-1] += word
            elif word:
                tokens.append(word)
            word = ""
            continue
        depth += (character in "[({<") - (character in "])}>")
        depth = max(depth, 0)
        word += character
    return [*tokens, *([word.strip()] if word.strip() else [])]
