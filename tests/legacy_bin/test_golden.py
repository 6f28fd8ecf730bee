"""The runs of the original whose results were right give the same results here."""

from __future__ import annotations

from pathlib import Path

import pytest

from .golden_case import Case, cases


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_the_result_is_that_of_the_original(case: Case, bindir: Path, tmp_path: Path) -> None:
    case.check(bindir, tmp_path)
