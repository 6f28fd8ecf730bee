"""Sphinx settings of the user guide."""

project = "VOClient"
copyright = "the VOClient authors"
extensions = ["myst_parser"]
html_theme = "furo"
html_title = "VOClient"
exclude_patterns = ["_build", "demo"]
myst_heading_anchors = 3
suppress_warnings = ["myst.xref_missing"]
