"""Templates of words: `{name}` stands for a value, `{{` and `}}` are braces. Never a shell's business."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

_PART = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")


def placeholders(word: str) -> list[str]:
    """Names of the placeholders of a word; `ValueError` for a brace that stands alone.

    >>> placeholders("--range={low},{high}"), placeholders("-c{}"), placeholders("{{x}}")
    (['low', 'high'], [''], [])
    """
    names = []
    for match in _PART.finditer(word):
        if match[0] in ("{", "}"):
            raise ValueError(f"a single {match[0]!r} in {word!r}; write {match[0] * 2!r} for the character itself")
        if match[1] is not None:
            names.append(match[1])
    return names


def sound_placeholders(word: str) -> list[str]:
    """As `placeholders`; none of a word whose braces are wrong, which is told elsewhere."""
    try:
        return placeholders(word)
    except ValueError:
        return []


def pieces(word: str) -> list[tuple[bool, str]]:
    """A word in pieces: each with whether it is a placeholder's name.

    >>> pieces("{a}-{{b}}")
    [(True, 'a'), (False, '-{b}')]
    """
    result: list[tuple[bool, str]] = []
    end = 0
    for match in _PART.finditer(word):
        is_name = match[1] is not None
        for name, piece in ((False, word[end : match.start()]), (is_name, match[1] if is_name else match[0][0])):
            if piece and not name and result and not result[-1][0]:
                result[-1] = (False, result[-1][1] + piece)
            elif piece:
                result.append((name, piece))
        end = match.end()
    return [*result, (False, word[end:])] if word[end:] else result


def fill(word: str, values: Mapping[str, str]) -> str:
    """Put values in place of placeholders; they are never looked at again.

    >>> fill("--col={}", {"": "{x}"})
    '--col={x}'
    """
    if "{" not in word and "}" not in word:
        return word
    return _PART.sub(lambda match: match[0][0] if match[1] is None else values[match[1]], word)


def fill_each(template: str, values: Mapping[str, Sequence[str]]) -> list[str]:
    """A template with each combination of several values.

    >>> fill_each("{name}.{type}", {"name": ["a", "b"], "type": ["log"]})
    ['a.log', 'b.log']
    """
    from itertools import product

    return [fill(template, dict(zip(values, chosen, strict=True))) for chosen in product(*values.values())]
