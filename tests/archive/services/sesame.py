"""The CDS name resolver Sesame: names to positions, as XML or as plain text, several names in one request."""

from __future__ import annotations

import csv
import functools
from pathlib import Path
from urllib.parse import unquote
from xml.sax.saxutils import escape

from ..exchange import Request, Response

PREFIXES = ("/sesame", "/cgi-bin/nph-sesame", "/viz-bin/nph-sesame")
ENVIRONMENT = {"VOC_SESAME_URL": "{root}/sesame"}

RESOLVERS = {"S": "Sc=Simbad (CDS, via client/server)", "N": "N=NED (Caltech)", "V": "V=VizieR (local)"}
# Names that find something, but not one object.
TROUBLE = {"several": "Multiple objects: 12 matches", "refused": "refused (too many requests)"}

Record = dict[str, str]


def _key(name: str) -> str:
    return "".join(name.lower().split())


@functools.cache
def objects() -> dict[str, Record]:
    """The data set: records by each of their names."""
    found: dict[str, Record] = {}
    table = Path(__file__).parents[1] / "data" / "objects.psv"
    with table.open(encoding="utf-8", newline="") as lines:
        for record in csv.DictReader(lines, delimiter="|"):
            for name in (record["name"], *filter(None, record["aliases"].split(";"))):
                found[_key(name)] = record
    return found


def answer(request: Request) -> Response:
    """Answer ``/-oLETTERS/RESOLVERS?name&name``, each part of the path optional."""
    parts = [part for part in request.path.split("/") if part]
    letters = parts.pop(0)[2:] if parts and parts[0].startswith("-o") else ""
    order = parts[0] if parts else "SNV"
    names = [unquote(name) for name in request.query.split("&") if name]
    if "x" not in letters and "H" not in letters:
        return Response("".join(_text(name, order, letters) for name in names).encode())
    targets = "".join(_target(name, order, letters) for name in names)
    document = (
        '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n'
        '<Sesame xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"\n'
        '    xsi:noNamespaceSchemaLocation="http://vizier.u-strasbg.fr/xml/sesame_4x.xsd">\n'
        f"{targets}</Sesame>\n"
    )
    return Response(document.encode(), "text/plain" if "p" in letters else "text/xml")


def _found(name: str, order: str) -> tuple[Record | None, str]:
    """The record of a name and the letters of the resolvers that answer."""
    record = objects().get(_key(name))
    asked = order if set(order) & set(RESOLVERS) else "SNV"
    letters = [letter for letter in asked if record and letter in record["known_to"]]
    return record, "".join(letters if "A" in order else letters[:1])


def _target(name: str, order: str, letters: str) -> str:
    record, answering = _found(name, order)
    inside = [f'<Target option="{escape(order.lstrip("~"))}">', f"<name>{escape(name)}</name>", "<!-- Q1234567 #1 -->"]
    if _key(name) in TROUBLE:
        inside += ["<ERROR>" + TROUBLE[_key(name)] + "</ERROR>"]
    elif not answering or not record:
        inside += ["<INFO>*** Nothing found ***</INFO>"]
    else:
        cached = "" if order.startswith("~") else "from cache"
        inside += [_resolver(record, letter, cached, letters) for letter in answering]
    return " ".join(inside) + "</Target>\n"


def _resolver(record: Record, letter: str, cached: str, letters: str) -> str:
    inside = [f'<Resolver name="{RESOLVERS[letter]}">', f"<INFO>{cached}</INFO>" if cached else "", "<oid>@1</oid>"]
    if letter != "V" and record["type"]:
        inside.append(f"<otype>{escape(record['type'])}</otype>")
    if letter != "N" and record["hms"]:
        inside.append(f"<jpos>{record['hms']} {record['dms']}</jpos>")
    inside.append(f"<jradeg>{record['ra']}</jradeg> <jdedeg>{record['dec']}</jdedeg>")
    if letter == "S" and record["ra_error"]:
        inside.append(f"<errRAmas>{record['ra_error']}</errRAmas><errDEmas>{record['dec_error']}</errDEmas>")
    inside.append("<pm><v></v><e/></pm> <Vel><v>-300.09</v><e>.39</e></Vel>")
    inside.append(f"<oname>{escape(record['name'])}</oname>")
    if "I" in letters:
        inside += [f"<alias>{escape(alias)}</alias>" for alias in record["aliases"].split(";") if alias]
    return "\n  ".join(part for part in inside if part) + "\n </Resolver>"


def _text(name: str, order: str, letters: str) -> str:
    record, answering = _found(name, order)
    lines = [f"# {name}\t#Q1234567"]
    for letter in answering if record else "":
        assert record is not None
        lines += [f"#={RESOLVERS[letter]}", f"%C {record['type'] or '?'}"]
        lines.append(f"%J {record['ra']} {record['dec']} = {record['hms']} {record['dms']}")
        if record["ra_error"]:
            lines.append(f"%J.E {record['ra_error']} {record['dec_error']}")
        lines.append(f"%I.0 {record['name']}")
        if "I" in letters:
            lines += [f"%I {alias}" for alias in record["aliases"].split(";") if alias]
    if not answering:
        lines.append("#! *** Nothing found ***")
    return "\n".join(lines) + "\n#====Done (2026-Jan-01,00:00:00z)====\n"
