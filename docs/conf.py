"""Sphinx settings of the user guide."""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import make_api
import make_tasks

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

# The reference of tasks and names. What is the same is not touched: Sphinx reads what changed.
_made = Path(__file__).parent / "made"
_made.mkdir(exist_ok=True)
_pages = {"api": make_api.make_page(), **{f"tasks-{name}": text for name, text in make_tasks.make_pages().items()}}
for _file in _made.glob("*.md"):
    if _file.stem not in _pages:
        _file.unlink()
for _name, _text in _pages.items():
    _file = _made / f"{_name}.md"
    if not _file.exists() or _file.read_text(encoding="utf-8") != _text:
        _file.write_text(_text, encoding="utf-8")

# The JSON Schemas for editors are published beside the pages.
_schemas = Path(__file__).parent / "_build" / "schemas"
_schemas.mkdir(parents=True, exist_ok=True)
for _kind in ("descriptor", "package"):
    (_schemas / f"{_kind}.schema.json").write_text(json.dumps(json_schema(_kind), indent=1), encoding="utf-8")
html_extra_path = [str(_schemas)]
