"""DataLink 1.1: ``/datalink/links?ID=...`` says which files belong to a data set; the ID says what the answer is like.

``one several none error mixed broken nested loop relative``
"""

from __future__ import annotations

from xml.sax.saxutils import escape

from ..exchange import Request, Response

PREFIXES = ("/datalink",)
FORMAT = "application/x-votable+xml;content=datalink"
COLUMNS = ("ID", "access_url", "service_def", "error_message", "semantics", "description", "content_type",
           "content_length")  # fmt: skip


def _row(url: str = "", semantics: str = "#this", *, error: str = "", content_type: str = "text/plain") -> str:
    cells = ("x", url, "", error, semantics, "", content_type, "")
    return "<TR>" + "".join(f"<TD>{escape(cell)}</TD>" for cell in cells) + "</TR>\n"


def _rows(name: str, root: str) -> list[str]:
    file = f"{root}/files/"
    preview = _row(file + "pixel.png", "#preview", content_type="image/png")
    failure = _row(error="NotFoundFault: the tape is lost")
    return {
        "one": [preview, _row(file + "image.fits", content_type="application/fits")],
        "several": [
            _row(file + "hello.txt"),
            preview,
            _row(file + "lines.txt", "http://www.ivoa.net/rdf/datalink/core#this"),
            _row(file + "image.fits", content_type="application/fits"),
        ],
        "none": [preview],
        "error": [failure],
        "mixed": [_row(file + "hello.txt"), failure],
        "broken": [_row(file + "hello.txt"), _row(file + "absent.txt")],
        "nested": [_row(f"{root}/datalink/links?ID=one", content_type=FORMAT)],
        "loop": [_row(f"{root}/datalink/links?ID=loop", content_type=FORMAT)],
        "relative": [_row("/files/hello.txt")],
    }[name]


def answer(request: Request) -> Response:
    """Answer ``/links``: a table of links."""
    (name,) = request.parameters.get("ID", ["none"])
    fields = "".join(f'<FIELD name="{column}" datatype="char" arraysize="*"/>' for column in COLUMNS)
    document = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<VOTABLE version="1.4" xmlns="http://www.ivoa.net/xml/VOTable/v1.3"><RESOURCE type="results">'
        '<INFO name="standardID" value="ivo://ivoa.net/std/DataLink#links-1.1"/><INFO name="QUERY_STATUS" value="OK"/>'
        f"<TABLE>{fields}<DATA><TABLEDATA>\n{''.join(_rows(name, request.root))}</TABLEDATA></DATA></TABLE>"
        "</RESOURCE></VOTABLE>\n"
    )
    return Response(document.encode(), FORMAT)
