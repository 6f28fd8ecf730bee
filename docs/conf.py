"""Sphinx settings of the user guide."""

import json
from pathlib import Path

from voclient.tasking.descriptors.schema_json import json_schema

project = "VOClient"
copyright = "the VOClient authors"
extensions = ["myst_parser"]
smartquotes = False  # `--` is two hyphens
html_theme = "furo"
html_title = "VOClient"
html_static_path = ["_static"]
html_css_files = ["guide.css"]
exclude_patterns = ["_build", "demo"]
myst_heading_anchors = 3

# The JSON Schemas for editors are published beside the pages.
_schemas = Path(__file__).parent / "_build" / "schemas"
_schemas.mkdir(parents=True, exist_ok=True)
for _kind in ("descriptor", "package"):
    (_schemas / f"{_kind}.schema.json").write_text(json.dumps(json_schema(_kind), indent=1), encoding="utf-8")
html_extra_path = [str(_schemas)]
