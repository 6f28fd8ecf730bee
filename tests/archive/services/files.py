"""Plain files to fetch, some of them with names and sizes that a downloader must cope with.

``?chunked`` sends chunked, ``?name=plain|quoted|extended|hostile`` adds a Content-Disposition, ``?plain`` says
application/octet-stream, so that nothing is compressed, ``?md5`` has no Repr-Digest, ``?weak`` has a weak ETag,
``?bare`` neither ETag nor Last-Modified.
"""

from __future__ import annotations

import base64
import functools
import gzip
import hashlib
from collections.abc import Callable
from pathlib import Path

from ..exchange import Headers, Request, Response, not_found, repr_digest

PREFIXES = ("/files",)
MODIFIED = "Mon, 05 Jan 2026 00:00:00 GMT"
DATA = Path(__file__).parents[1] / "data"

DISPOSITIONS = {
    "plain": "attachment; filename=table.xml",
    "quoted": 'attachment; filename="my \\"best\\" table.xml"',
    "extended": "attachment; filename=\"fallback.xml\"; filename*=UTF-8''%CE%B7%20Car.xml",
    "hostile": 'attachment; filename="../../outside.fits"',
}


@functools.cache
def pattern(size: int) -> bytes:
    """Bytes that differ at each place, so that a piece lost or sent twice is seen."""
    block = b"".join(b"%015d\n" % number for number in range(65536))
    return (block * (size // len(block) + 1))[:size]


def table(rows: int) -> bytes:
    """A VOTable of numbered positions."""
    cells = "".join(f"<TR><TD>{n}</TD><TD>{n * 360 / rows}</TD><TD>{n % 90}</TD></TR>\n" for n in range(rows))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<VOTABLE version="1.4" xmlns="http://www.ivoa.net/xml/VOTable/v1.3"><RESOURCE><TABLE name="places">\n'
        '<FIELD name="id" datatype="int"/>\n'
        '<FIELD name="ra" datatype="double" unit="deg" ucd="pos.eq.ra;meta.main"/>\n'
        '<FIELD name="dec" datatype="double" unit="deg" ucd="pos.eq.dec;meta.main"/>\n'
        f"<DATA><TABLEDATA>\n{cells}</TABLEDATA></DATA></TABLE></RESOURCE></VOTABLE>\n"
    ).encode()


def fits() -> bytes:
    """An empty primary HDU."""
    cards = [f"{key:8}= {value:>20}" for key, value in (("SIMPLE", "T"), ("BITPIX", "8"), ("NAXIS", "0"))]
    return "".join(card.ljust(80) for card in (*cards, "END")).ljust(2880).encode()


PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"

FILES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "hello.txt": ("text/plain", lambda: b"hello\n"),
    "lines.txt": ("text/plain", lambda: pattern(200_000)),
    "places.xml": ("application/x-votable+xml", lambda: table(100)),
    "empty.txt": ("text/plain", lambda: b""),
    "image.fits": ("application/fits", fits),
    "image.fits.gz": ("application/gzip", lambda: gzip.compress(fits(), mtime=0)),
    "pixel.png": ("image/png", lambda: PNG),
    "pixel.gif": ("image/gif", lambda: b"GIF89a\x01\x00\x01\x00\x00\x00\x00;"),
    "jfif.jpg": ("image/jpeg", lambda: JPEG),
    "exif.jpg": ("image/jpeg", lambda: JPEG.replace(b"\xe0\x00\x10JFIF", b"\xe1\x00\x10Exif")),
    "paper.pdf": ("application/pdf", lambda: b"%PDF-1.4\n%%EOF\n"),
    "zeros.dat": ("application/octet-stream", lambda: b"abc" + bytes(200)),
    "large.dat": ("application/octet-stream", lambda: pattern(50_000_000)),
}


def answer(request: Request) -> Response:
    """Answer ``/<name>`` from the list above, else from the folder ``data``."""
    name = request.path.lstrip("/")
    given = DATA / name
    if name in FILES:
        content_type, make = FILES[name]
        body = make()
    elif "/" not in name and given.is_file():
        content_type, body = "application/octet-stream", given.read_bytes()
    else:
        return not_found(name)
    asked = request.parameters
    headers = Headers({"last-modified": MODIFIED})
    headers["content-md5"] = base64.b64encode(hashlib.md5(body).digest()).decode()
    if "md5" not in asked:
        headers["repr-digest"] = repr_digest(body)
    if asked.get("name", [""])[0] in DISPOSITIONS:
        headers["content-disposition"] = DISPOSITIONS[asked["name"][0]]
    if "weak" in asked:
        headers["etag"] = f'W/"{len(body)}"'
    if "bare" in asked:
        headers = Headers({"etag": ""})
    if "plain" in asked:
        content_type = "application/octet-stream"
    return Response(body, content_type, headers=headers, chunked="chunked" in asked)
