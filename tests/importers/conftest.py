"""Files of others, imported and loaded."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from voclient.importers import import_descriptor
from voclient.tasking.descriptors.descriptor import Descriptor
from voclient.tasking.descriptors.loading import load_descriptor


@pytest.fixture
def imported(tmp_path: Path) -> Callable[[dict[str, Any]], Descriptor]:
    """`imported({...})`: the descriptor made of a document."""

    def load(data: dict[str, Any], name: str = "tool.json") -> Descriptor:
        (tmp_path / name).write_text(json.dumps(data))
        target = tmp_path / "made.yaml"
        target.write_text(import_descriptor(tmp_path / name).text())
        return load_descriptor(target)

    return load
