"""One golden case: run it, and compare what came with what is stored."""

from __future__ import annotations

import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

GOLDEN = Path(__file__).parent / "golden"
INPUTS = GOLDEN / "inputs"


class _QuietHandler(SimpleHTTPRequestHandler):
    def translate_path(self, path: str) -> str:
        """Also of a whole URL, as a proxy is asked for."""
        return super().translate_path(urlsplit(path).path)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def serve(folder: Path) -> Iterator[int]:
    """Serve a folder over HTTP on loopback; gives the port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_QuietHandler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass(frozen=True)
class Case:
    """A folder of the golden cases."""

    folder: Path

    @property
    def name(self) -> str:
        return f"{self.folder.parent.name}/{self.folder.name}"

    @property
    def is_help(self) -> bool:
        return self.folder.name.startswith("help")

    def text(self, name: str) -> str:
        path = self.folder / name
        return path.read_text().strip() if path.exists() else ""

    def run(self, bindir: Path, scratch: Path) -> subprocess.CompletedProcess[bytes]:
        """Run the command in `scratch`, a copy of the inputs."""
        command = self.text("cmd")
        if not self.text("server"):
            return self._shell(command, bindir, scratch)
        # The port stands in inputs, and in results: any free one is reached as the proxy of all others.
        with serve(INPUTS / "www") as port:
            return self._shell(command, bindir, scratch, http_proxy=f"http://127.0.0.1:{port}")

    def _shell(self, command: str, bindir: Path, scratch: Path, **more: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            ["bash", "-c", command],
            cwd=scratch,
            env={"PATH": f"{bindir}:/usr/bin:/bin", "HOME": str(scratch), **more},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
            check=False,
        )

    def check(self, bindir: Path, scratch: Path) -> None:
        """Run and compare everything that is stored."""
        shutil.copytree(INPUTS, scratch, dirs_exist_ok=True)
        before = contents(scratch)
        done = self.run(bindir, scratch)
        stderr = done.stderr.decode(errors="backslashreplace")
        assert done.returncode == int(self.text("rc")), stderr
        if self.is_help:
            return
        expected_files = contents(self.folder / "out")
        changed = {name: data for name, data in contents(scratch).items() if before.get(name) != data}
        compare = {"xml": compare_xml, "fits": compare_fits}.get(self.text("compare"), compare_bytes)
        if (self.folder / "stderr").exists():
            assert stderr == (self.folder / "stderr").read_text()
        compare(done.stdout, (self.folder / "stdout").read_bytes())
        assert sorted(changed) == sorted(expected_files)
        for name, expected in expected_files.items():
            compare(changed[name], expected)


def cases() -> list[Case]:
    """All cases, in the order of their names."""
    return [Case(path.parent) for path in sorted(GOLDEN.glob("*/*/cmd"))]


def contents(folder: Path) -> dict[str, bytes]:
    """The files below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def compare_bytes(found: bytes, expected: bytes) -> None:
    assert found == expected


def xml_tree(element: ElementTree.Element, *, is_root: bool = False) -> tuple[object, ...]:
    """What counts of an element: local name, attributes, text, children."""
    local = re.sub(r"^\{[^}]*\}", "", element.tag)
    attributes = {} if is_root else dict(element.attrib)
    texts = [element.text or "", *(child.tail or "" for child in element)]
    return local, attributes, [text.strip() for text in texts], [xml_tree(child) for child in element]


def compare_xml(found: bytes, expected: bytes) -> None:
    if not expected:
        assert found == b""
        return
    assert xml_tree(ElementTree.fromstring(found), is_root=True) == xml_tree(
        ElementTree.fromstring(expected), is_root=True
    )


_KEYWORD = re.compile(r"(TTYPE|TFORM|TUNIT|TID|TUCD|TUTYPE|INF[A-Z]+|PAR[A-Z]+)\d+|EXTNAME|NAXIS2")


def fits_facts(data: bytes, scratch: Path | None = None) -> list[tuple[object, ...]]:
    """What counts of a FITS file, an item for each HDU."""
    import io

    import numpy as np
    from astropy.io import fits

    facts: list[tuple[object, ...]] = []
    with fits.open(io.BytesIO(data)) as hdus:
        for hdu in hdus:
            keywords = {key: hdu.header[key] for key in hdu.header if _KEYWORD.fullmatch(key)}
            for key, value in keywords.items():
                if key.startswith("TFORM"):
                    keywords[key] = re.sub(r"^1(?=[A-Z])", "", value)
            cells: list[object] = []
            if isinstance(hdu, fits.BinTableHDU):
                for name in hdu.columns.names:
                    column = np.asarray(hdu.data[name])
                    texts = column.dtype.kind in "SU"
                    cells.append([str(v).rstrip() for v in column] if texts else column.tolist())
            facts.append((type(hdu).__name__, keywords, cells))
    return facts


def compare_fits(found: bytes, expected: bytes) -> None:
    if not expected:
        assert found == b""
        return
    assert fits_facts(found) == fits_facts(expected)
