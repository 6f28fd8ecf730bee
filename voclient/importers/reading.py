"""Read YAML or JSON that others wrote."""

from __future__ import annotations

import json

from voclient.tasking.descriptors.yamlfile import Document, read_document
from voclient.tasking.errors import DescriptorError


def read_foreign(file: str) -> Document:
    """Read a document. JSON is read by its own rules, as YAML has others for TABs and escapes.

    Raises
    ------
    DescriptorError
        It cannot be read, or is neither YAML nor JSON.
    """
    data = _as_json(file)
    try:
        document = read_document(file)
    except DescriptorError:
        if data is None:
            raise
        return Document(file, data=data)
    if data is not None:
        document.data = data
    elif document.problems:
        line, column, text = document.problems[0]
        raise DescriptorError(f"{file}:{line}:{column}: {text}", file=file, line=line, column=column)
    return document


def _as_json(file: str) -> object:
    try:
        with open(file, encoding="utf-8-sig") as stream:
            text = stream.read(4 << 20)
        return json.loads(text, object_pairs_hook=_without_doubles) if text.lstrip().startswith("{") else None
    except (OSError, ValueError, RecursionError):
        return None


def _without_doubles(pairs: list[tuple[str, object]]) -> dict[str, object]:
    data = dict(pairs)
    if len(data) < len(pairs):
        raise ValueError("a key is there twice")
    return data
