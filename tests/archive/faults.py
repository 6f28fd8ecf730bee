"""Misbehaviour on request: ``/fault/<name>/<route>``, or ``/fault/<name>x2/<route>`` for the first two requests only.

A fault is a function from a `Call` to a `Response`; it may change the request before it proceeds, change the
response, or bring its own way of sending it. Counts are kept for each path with its query and are set
back by ``DELETE /_log``.
"""

from __future__ import annotations

import contextlib
import re
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from email.utils import formatdate

from .exchange import Headers, Request, Response, Wire, not_found


@dataclass(frozen=True)
class Call:
    """One request that is to go wrong."""

    request: Request
    count: int  # 1 for the first request of this path and query
    answer: Callable[[Request], Response]

    def proceed(self) -> Response:
        """What would be sent without the fault."""
        return self.answer(self.request)


Fault = Callable[[Call], Response]
FAULTS: dict[str, Fault] = {}


def fault(*names: str) -> Callable[[Fault], Fault]:
    """Register a fault under its names."""

    def register(function: Fault) -> Fault:
        FAULTS.update(dict.fromkeys(names, function))
        return function

    return register


def apply(spelling: str, call: Call) -> Response:
    """The response of a route under a fault, such as ``500`` or ``500x2``."""
    if spelling in FAULTS:
        return FAULTS[spelling](call)
    counted = re.fullmatch(r"(.+)x(\d+)", spelling)
    if not counted or counted[1] not in FAULTS:
        return not_found(f"fault {spelling}")
    return FAULTS[counted[1]](call) if call.count <= int(counted[2]) else call.proceed()


# Statuses and redirects


def _status(code: int, **headers: str) -> Fault:
    named = Headers({name.replace("_", "-"): value for name, value in headers.items()})
    page = f"<html><body><h1>{code}</h1></body></html>\n".encode()
    return lambda call: Response(page, "text/html", code, Headers(named))


for _code in (400, 401, 403, 404, 410, 500, 502, 503, 504):
    FAULTS[str(_code)] = _status(_code)
FAULTS["429"] = _status(429, retry_after="1")
FAULTS["429big"] = _status(429, retry_after="86400")
FAULTS["503after"] = _status(503, retry_after="1")


@fault("429d")
def _busy_until(call: Call) -> Response:
    return _status(429, retry_after=formatdate(time.time() + 2, usegmt=True))(call)


def _redirect(code: int, location: Callable[[Call], str]) -> Fault:
    return lambda call: Response(b"moved\n", status=code, headers=Headers({"location": location(call)}))


def _here(call: Call, prefix: str = "") -> str:
    query = f"?{call.request.query}" if call.request.query else ""
    return f"{call.request.root}{prefix}{call.request.path}{query}"


for _code in (301, 302, 303, 307, 308):
    FAULTS[f"redir{_code}"] = _redirect(_code, _here)
FAULTS["redirloop"] = _redirect(302, lambda call: _here(call, "/fault/redirloop"))
FAULTS["redirfile"] = _redirect(302, lambda call: "file:///etc/hostname")
FAULTS["redirscheme"] = _redirect(302, lambda call: "gopher://127.0.0.1:1/" + call.request.path.lstrip("/"))
FAULTS["redirplain"] = _redirect(302, lambda call: _here(call).replace("https:", "http:"))


@fault("redirmany")
def _redirect_fifty_times(call: Call) -> Response:
    if call.count > 50:
        return call.proceed()
    return _redirect(302, lambda call: _here(call, "/fault/redirmany"))(call)


# Trouble on the wire


@fault("slow")
def _slow(call: Call) -> Response:
    def send(wire: Wire, response: Response) -> None:
        wire.head(response, length=len(response.body))
        for byte in response.body:
            time.sleep(0.1)
            wire.write(bytes([byte]))

    return replace(call.proceed(), send=send)


@fault("hang")
def _hang(call: Call) -> Response:
    return Response(send=lambda wire, response: wire.wait_for_close(120))


def _half_then(end: Callable[[Wire], None]) -> Callable[[Wire, Response], None]:
    def send(wire: Wire, response: Response) -> None:
        wire.head(response, length=len(response.body))
        wire.write(response.body[: len(response.body) // 2])
        time.sleep(0.05)  # let the half arrive: a reset throws away what is still on its way
        end(wire)

    return send


@fault("stall")
def _stall(call: Call) -> Response:
    return replace(call.proceed(), send=_half_then(lambda wire: wire.wait_for_close(120)))


@fault("reset")
def _reset(call: Call) -> Response:
    return replace(call.proceed(), send=_half_then(lambda wire: wire.close(reset=True)))


@fault("etagchange")
def _change(call: Call) -> Response:
    if call.count == 1:
        return _reset(call)
    response = replace(call, request=call.request.with_headers(if_range=None)).proceed()
    return replace(response, headers=Headers(response.headers | {"etag": '"another"'}))


@fault("norange")
def _no_range(call: Call) -> Response:
    if call.count == 1:
        return _reset(call)
    return replace(call, request=call.request.with_headers(range=None)).proceed()


def _false_length(more: int) -> Fault:
    def send(wire: Wire, response: Response) -> None:
        wire.head(response, length=max(0, len(response.body) + more))
        wire.write(response.body)
        wire.close()

    return lambda call: replace(call.proceed(), send=send)


FAULTS["trunc"] = _false_length(1000)
FAULTS["longlen"] = _false_length(-10)


@fault("nolen")
def _no_length(call: Call) -> Response:
    def send(wire: Wire, response: Response) -> None:
        response.headers["connection"] = "close"
        wire.head(response, length=None)
        wire.write(response.body)
        wire.close()

    return replace(call.proceed(), send=send)


@fault("badchunk")
def _bad_chunk(call: Call) -> Response:
    def send(wire: Wire, response: Response) -> None:
        wire.head(response, length=None, chunked=True)
        wire.write(b"5\r\n" + response.body[:5] + b"\r\nnot a length\r\n")
        wire.close()

    return replace(call.proceed(), send=send)


@fault("badgzip")
def _bad_gzip(call: Call) -> Response:
    response = replace(call, request=call.request.with_headers(accept_encoding="gzip")).proceed()
    if response.headers.get("content-encoding") == "gzip":
        middle = len(response.body) // 2
        response.body = response.body[:middle] + b"\xff" * 16 + response.body[middle + 16 :]
    return response


@fault("cutgzip")
def _cut_gzip(call: Call) -> Response:
    response = replace(call, request=call.request.with_headers(accept_encoding="gzip")).proceed()
    if response.headers.get("content-encoding") == "gzip":
        response.body = response.body[:-12]
    return response


@fault("gzipbomb")
def _gzip_bomb(call: Call) -> Response:
    """10 GB of zeros in 10 MB: one independent block of a MiB, many times."""

    def send(wire: Wire, response: Response) -> None:
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        block = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
        wire.head(response, length=None, chunked=True)
        wire.write(b"a\r\n\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\r\n")
        for _ in range(10 * 1024):
            wire.write(b"%x\r\n%s\r\n" % (len(block), block))
        wire.close()

    return Response(headers=Headers({"content-encoding": "gzip"}), send=send)


@fault("badmd5")
def _bad_digest(call: Call) -> Response:
    response = call.proceed()
    response.headers["content-md5"] = "AAAAAAAAAAAAAAAAAAAAAA=="
    response.headers["repr-digest"] = "sha-256=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:"
    return response


@fault("hdrbomb")
def _header_bomb(call: Call) -> Response:
    response = call.proceed()
    for number in range(1024):
        response.headers[f"x-filler-{number}"] = "x" * 1000
    return response


@fault("emptybody")
def _empty(call: Call) -> Response:
    return Response()


@fault("html200")
def _login_page(call: Call) -> Response:
    return Response(b"<html><head><title>Log in</title></head><body><p>Please log in.<br></body></html>\n", "text/html")


# Documents that are not what they seem. The route is asked for plain bytes first.


def _document(change: Callable[[bytes, Request], bytes]) -> Fault:
    def answer(call: Call) -> Response:
        response = replace(call, request=call.request.with_headers(accept_encoding=None, range=None)).proceed()
        return Response(change(response.body, call.request), response.content_type, response.status)

    return answer


def _declare(doctype: str, body: bytes, inside: str) -> bytes:
    """The document with a DOCTYPE before its root, and text put behind the root's start tag."""
    root = re.search(rb"<[A-Za-z][^>]*>", body)
    if not root:
        return body
    return body[: root.start()] + doctype.encode() + root[0] + inside.encode() + body[root.end() :]


def _laughs(body: bytes, request: Request) -> bytes:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return _declare(f'<!DOCTYPE x [<!ENTITY l0 "lol">{entities}]>', body, "&l9;")


def _external(body: bytes, request: Request) -> bytes:
    doctype = (
        f'<!DOCTYPE x SYSTEM "{request.root}/files/xxe.dtd" [<!ENTITY f SYSTEM "file:///etc/hostname">'
        f'<!ENTITY u SYSTEM "{request.root}/files/xxe.txt">]>'
    )
    return _declare(doctype, body, "<!-- --><x>&f;&u;</x>")


def _recode(encoding: str) -> Callable[[bytes, Request], bytes]:
    def change(body: bytes, request: Request) -> bytes:
        text = re.sub(r'encoding="[^"]*"', f'encoding="{encoding}"', body.decode("utf-8", "replace"), count=1)
        return text.encode(encoding, "xmlcharrefreplace")

    return change


def _into_first(elements: str, insertion: bytes) -> Callable[[bytes, Request], bytes]:
    start = re.compile(rb"<(?:%s)(?:\s[^>]*)?>" % elements.encode())
    return lambda body, request: start.sub(lambda tag: tag[0] + insertion, body, count=1)


def _before_end(element: str, insertion: bytes) -> Callable[[bytes, Request], bytes]:
    return lambda body, request: body.replace(b"</" + element.encode(), insertion + b"</" + element.encode(), 1)


FAULTS["badxml"] = _document(lambda body, request: re.sub(rb"</[^>]*>\s*$", b"</unclosed>\n", body))
FAULTS["lol"] = _document(_laughs)
FAULTS["xxe"] = _document(_external)
FAULTS["deep"] = _document(lambda body, request: _declare("", body, "<d>" * 100_000 + "</d>" * 100_000))
FAULTS["hugecell"] = _document(_into_first("TD|name", b"x" * 100_000_000))
FAULTS["rowmismatch"] = _document(lambda body, request: body.replace(b"<TD>", b"<TD>1</TD><TD>", 1))
FAULTS["latin1"] = _document(_recode("iso-8859-1"))
FAULTS["utf16"] = _document(_recode("utf-16"))
FAULTS["bom"] = _document(lambda body, request: b"\xef\xbb\xbf" + body)
FAULTS["badutf8"] = _document(_into_first("TD|name", b"\xff\xfe"))
FAULTS["ctrl"] = _document(_into_first("TD|otype", b"&#x9b;31m&#127;"))
FAULTS["unknownns"] = _document(lambda body, request: re.sub(rb'xmlns="[^"]*"', b'xmlns="http://example.org/"', body))
FAULTS["statuserr"] = _document(
    _into_first("RESOURCE", b'<INFO name="QUERY_STATUS" value="ERROR">unknown column foo</INFO>')
)
FAULTS["overflow"] = _document(_before_end("RESOURCE>", b'<INFO name="QUERY_STATUS" value="OVERFLOW"/>'))
FAULTS["lateerror"] = _document(_before_end("RESOURCE>", b'<INFO name="QUERY_STATUS" value="ERROR">lost it</INFO>'))


@fault("partialdown")
def _first_mirror_dead(call: Call) -> Response:
    """The first mirror of a list is simulated by a connection that is closed without an answer."""

    def send(wire: Wire, response: Response) -> None:
        with contextlib.suppress(OSError):
            wire.close(reset=True)

    return Response(send=send)
