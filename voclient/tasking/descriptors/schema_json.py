"""The descriptor format as JSON Schema, for editors: made of the checker's own tables, so it says the same."""

from __future__ import annotations

from typing import Any

from .checking import object_schema
from .schema import DESCRIPTOR, DESCRIPTOR_REQUIRED, PACKAGE, PACKAGE_REQUIRED

_KINDS = {
    "descriptor": ("VOClient task descriptor", DESCRIPTOR, DESCRIPTOR_REQUIRED),
    "package": ("VOClient task package", PACKAGE, PACKAGE_REQUIRED),
}


def json_schema(kind: str = "descriptor") -> dict[str, Any]:
    """The JSON Schema of a descriptor or of a package.yaml.

    Parameters
    ----------
    kind : {'descriptor', 'package'}
        Of which file.

    Returns
    -------
    dict
        Draft 7, as editors read it. What it refuses the checker refuses; rules between keys are the checker's alone.

    Examples
    --------
    >>> json_schema("package")["required"]
    ['package', 'version', 'summary']
    """
    title, entries, required = _KINDS[kind]
    head = {"$schema": "http://json-schema.org/draft-07/schema#", "title": title}
    return head | object_schema(entries, required)
