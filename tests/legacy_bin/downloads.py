"""What the tests of votget share: contents, tables, and what lies in a folder afterwards."""

from __future__ import annotations

import subprocess
from pathlib import Path

LINES = b"".join(b"%015d\n" % number for number in range(200_000 // 16))  # /files/lines.txt
PLAIN = "/files/lines.txt?plain"
FIELD = '<FIELD name="u" datatype="char" arraysize="*" ucd="meta.ref.url"/>'


def files(folder: Path, *ignored: str) -> dict[str, bytes]:
    """What lies in a folder but the list of URLs."""
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.is_file() and p.name not in ("urls", *ignored)}


def table(*rows: tuple[str, ...], fields: str = FIELD) -> str:
    body = "".join("<TR>" + "".join(f"<TD>{cell}</TD>" for cell in row) + "</TR>" for row in rows)
    return f"<TABLE>{fields}<DATA><TABLEDATA>{body}</TABLEDATA></DATA></TABLE>"


def document(*tables: str) -> str:
    return f'<VOTABLE version="1.3">{"".join(f"<RESOURCE>{t}</RESOURCE>" for t in tables)}</VOTABLE>'


def wait_for(path: Path, size: int = 0) -> None:
    """Until there is a file of that size: each turn of the loop is a process that takes its time."""
    while not path.exists() or path.stat().st_size < size:
        subprocess.run(["sleep", "0.02"], check=True)
