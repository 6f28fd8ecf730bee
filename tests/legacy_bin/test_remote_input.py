"""A table tool that reads from a server: what is survived, and what is refused without a byte of output."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from .votables import succeeded

if TYPE_CHECKING:
    from archive.fixture import RunningArchive

    from ..conftest import Finished

Convert = Callable[..., "Finished"]

TABLE = "/files/places.xml"


@pytest.fixture
def convert(run: Callable[..., Finished]) -> Convert:
    """Votcnv to CSV, with no trust in anything but what a test gives."""

    def run_it(url: str, **env: str) -> Finished:
        environment = {"CURL_CA_BUNDLE": "", "SSL_CERT_FILE": "", "SSL_CERT_DIR": "", "no_proxy": "", **env}
        return run("votcnv", "-f", "csv", url, env=environment)

    return run_it


@pytest.mark.parametrize(
    "name",
    [
        *("503x1", "429x1", "redir301", "redir302", "redir303", "redir307", "redir308"),
        *("resetx1", "norange", "nolen", "partialdownx1"),
        *("latin1", "utf16", "bom", "unknownns", "statuserr", "overflow", "lateerror"),
    ],
)
def test_what_can_be_read_gives_the_same_table(convert: Convert, archive: RunningArchive, name: str) -> None:
    expected = succeeded(convert(archive.http + TABLE)).text
    assert expected.splitlines()[:3] == ["# id,ra,dec", "0,0.0,0", "1,3.6,1"]
    assert succeeded(convert(f"{archive.http}/fault/{name}{TABLE}")).text == expected


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("429big", "asks to wait 86400 s"),
        *((code, f"HTTP {code} ") for code in ("401", "403", "404", "410")),
        ("redirloop", "more than 10 redirects"),
        ("redirmany", "more than 10 redirects"),
        ("redirfile", "redirect to 'file:///etc/hostname' refused"),
        ("redirscheme", "redirect to 'gopher:"),
        ("longlen", "longer than its length says|cut short"),  # which of both is seen first depends on the network
        ("badgzip", "the compressed answer is damaged"),
        ("badmd5", "does not match its SHA-256 digest"),
        ("etagchange", "cannot be continued"),
        ("emptybody", "the answer is empty"),
        ("hdrbomb", "header of the answer is larger"),
    ],
)
def test_what_did_not_come_whole_is_refused(convert: Convert, archive: RunningArchive, name: str, reason: str) -> None:
    url = f"{archive.http}/fault/{name}{TABLE}"
    done = convert(url)
    assert (done.status, done.stdout) == (1, b"")
    why, *rest = done.stderr.splitlines()
    assert why.startswith(f"{url}: ")
    assert re.search(reason, why)
    assert rest == [f"openVOTable(): Invalid input arg '{url}'", f"Error opening VOTable '{url}'"]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("html200", ""),
        ("badxml", "Error: mismatched tag at line 107"),
        ("lol", "Error: limit on input amplification"),
        ("xxe", "Error: error in processing external entity reference"),
        ("deep", "Error: elements nested deeper than 256"),
        ("badutf8", "Error: not well-formed"),
        ("gzipbomb", "Error: not well-formed"),
    ],
)
def test_what_is_no_votable_is_refused(convert: Convert, archive: RunningArchive, name: str, reason: str) -> None:
    url = f"{archive.http}/fault/{name}{TABLE}"
    done = convert(url)
    assert (done.status, done.stdout) == (1, b"")
    assert done.stderr.startswith(reason)
    assert done.stderr.splitlines()[bool(reason) :] == [f"Error opening VOTable '{url}'"]
    assert len(archive.log()) == 1  # nothing that the document names was fetched


def test_certificates_are_verified(convert: Convert, archive: RunningArchive) -> None:
    done = convert(archive.https + TABLE)
    assert (done.status, done.stdout) == (1, b"")
    assert "certificate refused" in done.stderr
    assert convert(archive.https + TABLE, SSL_CERT_FILE=archive.ca).lines[0] == "# id,ra,dec"


def test_a_proxy_is_used(convert: Convert, archive: RunningArchive) -> None:
    assert convert(f"http://nowhere.invalid{TABLE}", http_proxy=archive.http).lines[0] == "# id,ra,dec"
    assert archive.log()[0]["headers"]["host"] == "nowhere.invalid"
