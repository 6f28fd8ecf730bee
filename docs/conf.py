"""Sphinx settings of the user guide."""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from make_tasks import write_pages

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

# The pages of the tasks are made of their descriptors.
write_pages(Path(__file__).parent / "tasks")

# The JSON Schemas for editors are published beside the pages.
_schemas = Path(__file__).parent / "_build" / "schemas"
_schemas.mkdir(parents=True, exist_ok=True)
for _kind in ("descriptor", "package"):
    (_schemas / f"{_kind}.schema.json").write_text(json.dumps(json_schema(_kind), indent=1), encoding="utf-8")
html_extra_path = [str(_schemas)]
