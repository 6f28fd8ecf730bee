"""The names of output files: what `path` of a section stands for in a call."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence

from ..descriptors.template import fill_each

_PLACEHOLDER = re.compile(r"\{(\w+)(\.name)?\}")


def is_pattern(template: str) -> bool:
    """Whether it fits any number of files."""
    return any(mark in _PLACEHOLDER.sub("", template) for mark in "*?[")


def parameters_in(template: str) -> list[str]:
    """The parameters whose values stand in it.

    >>> parameters_in("{folder}/{input.name}.log")
    ['folder', 'input']
    """
    return [found[1] for found in _PLACEHOLDER.finditer(template)]


def fill_path(
    template: str,
    value_of: Callable[[str], Sequence[str]],
    strip: Sequence[str] = (),
    escape: Callable[[str], str] = str,
) -> list[str]:
    """A template with values put in, one for each combination of them; nothing when one of them has no value.

    >>> fill_path("{input.name}.log", {"input": ["a/x.fits", "b/y.fits"]}.__getitem__, [".fits"])
    ['x.log', 'y.log']
    """
    values: dict[str, list[str]] = {}
    for found in _PLACEHOLDER.finditer(template):
        texts = list(value_of(found[1]))
        for text in strip:
            texts = [value.replace(text, "") for value in texts]
        values[found[0][1:-1]] = [escape(os.path.basename(value) if found[2] else value) for value in texts]
    return fill_each(template, values)
