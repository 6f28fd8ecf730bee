"""votget: FITS files that are tested, and DataLink documents that are followed."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .downloads import LINES, document, files, table
from .golden_case import serve

if TYPE_CHECKING:
    from archive.fixture import RunningArchive

    from ..conftest import Finished

Get = Callable[..., "Finished"]


@pytest.fixture
def fits_files(tmp_path: Path) -> Path:
    """A folder of FITS files, good and bad."""
    import numpy
    from astropy.io import fits

    folder = tmp_path / "www"
    folder.mkdir()
    image = fits.ImageHDU(numpy.arange(3000, dtype="i2").reshape(50, 60), name="IMAGE")
    rows = fits.BinTableHDU.from_columns([fits.Column("a", "PE()", array=numpy.array([[1.0, 2], [3]], object))])
    hdus = fits.HDUList([fits.PrimaryHDU(numpy.ones((7, 8), "f4")), image, rows])
    hdus.writeto(folder / "good", checksum=True)
    hdus.writeto(folder / "plain")
    fits.HDUList([fits.PrimaryHDU(), fits.CompImageHDU(numpy.arange(10000, dtype="i4").reshape(100, 100))]).writeto(
        folder / "packed", checksum=True
    )
    group = fits.GroupData(numpy.ones((5, 1, 1, 2, 3), "f4"), bitpix=-32, parnames=["u"], pardata=[numpy.ones(5)])
    fits.HDUList([fits.GroupsHDU(group)]).writeto(folder / "groups", checksum=True)
    good = (folder / "good").read_bytes()
    (folder / "zipped").write_bytes(gzip.compress(good))
    place = good.index(b"XTENSION") + 2880 * 2
    (folder / "bent").write_bytes(good[:place] + b"\x12\x34" + good[place + 2 :])
    (folder / "header").write_bytes(good.replace(b"'IMAGE   '", b"'IMAGF   '"))
    (folder / "cut").write_bytes(good[:-2880])
    (folder / "ragged").write_bytes(good[:-100])
    (folder / "more").write_bytes(good + b"x" * 100)
    (folder / "junk").write_bytes(good + b"x" * 2880)
    (folder / "noend").write_bytes(b"SIMPLE  =                    T".ljust(2880))
    (folder / "huge").write_bytes(good.replace(b"NAXIS1  =                   60", b"NAXIS1  =  9223372036854775807"))
    (folder / "html").write_bytes(b"<html><body>Log in</body></html>")
    return folder


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("good", ""), ("plain", ""), ("packed", ""), ("groups", ""), ("zipped", ""),
        ("bent", "HDU 1: its data do not match DATASUM"),
        ("header", "HDU 1: it does not match CHECKSUM"),
        ("cut", "bytes of its data are missing"),
        ("ragged", "100 bytes of its data are missing"),
        ("more", "HDU 3: the file goes on behind the last HDU"),
        ("junk", "HDU 3: what follows the last HDU is no extension"),
        ("noend", "HDU 0: the file ends in the header"),
        ("huge", "HDU 1: "),
    ],
)  # fmt: skip
def test_fits_files_are_tested_when_asked(get: Get, fits_files: Path, tmp_path: Path, name: str, reason: str) -> None:
    with serve(fits_files) as port:
        url = f"http://127.0.0.1:{port}/{name}"
        untested = get("-b", "untested", stdin=url)
        done = get("--verify", stdin=url)
    assert untested.status == 0
    assert (tmp_path / "untested0000.fits").exists()
    assert done.status == (1 if reason else 0), done.stderr
    assert reason in done.stderr
    assert (tmp_path / "file0000.fits").exists() == (not reason)
    assert not (tmp_path / "file0000.part").exists()


def test_a_page_instead_of_a_fits_file_is_refused_when_asked(get: Get, fits_files: Path, tmp_path: Path) -> None:
    with serve(fits_files) as port:
        url = f"http://127.0.0.1:{port}/html"
        assert get("--verify", stdin=url).status == 0
        done = get("--verify", "-e", "fits", "-b", "x", stdin=url)
        fields = ('<FIELD name="f" datatype="char" arraysize="*" utype="Access.Format"/>'
                  '<FIELD name="u" datatype="char" arraysize="*" ucd="meta.ref.url"/>')  # fmt: skip
        again = get("--verify", "-b", "y", stdin=document(table(("image/fits", url), fields=fields)))
    assert (done.status, again.status) == (1, 1)
    assert "a FITS file is expected, and this is a page in HTML or XML" in done.stderr
    assert sorted(files(tmp_path)) == ["file0000"]


def links(get: Get, archive: RunningArchive, *names: str, words: tuple[str, ...] = ()) -> Finished:
    return get(*words, stdin="".join(f"{archive.http}/datalink/links?ID={name}\n" for name in names))


def test_the_files_of_a_links_document_come_in_its_place(get: Get, archive: RunningArchive, tmp_path: Path) -> None:
    done = links(get, archive, "one", "several", "relative", "nested")
    assert (done.status, done.stderr) == (0, "")
    found = files(tmp_path)
    assert found.pop("file0000.fits") == found.pop("file0003.fits") == found.pop("file0001-2.fits")
    assert found == {"file0001": b"hello\n", "file0001-1": LINES, "file0002": b"hello\n"}
    before = len(archive.log())
    assert links(get, archive, "one", "several", "relative", "nested").status == 0
    assert len(archive.log()) == before


@pytest.mark.parametrize(
    ("name", "reason", "left"),
    [
        ("none", "the links document has no #this row", {}),
        ("error", "NotFoundFault: the tape is lost", {}),
        ("mixed", "NotFoundFault: the tape is lost", {"file0000": b"hello\n"}),
        ("loop", "more than 3 links documents lead to each other", {}),
    ],
)
def test_a_links_document_without_its_files_is_a_failure(
    get: Get, archive: RunningArchive, tmp_path: Path, name: str, reason: str, left: dict[str, bytes]
) -> None:
    done = links(get, archive, name)
    assert done.status == 1
    assert reason in done.stderr
    assert done.stderr.count("\n") == 1
    assert files(tmp_path) == left


def test_a_row_is_not_taken_for_complete_while_one_of_its_files_is_missing(
    get: Get, archive: RunningArchive, tmp_path: Path
) -> None:
    done = links(get, archive, "broken", words=("--failed=again",))
    assert done.status == 1
    assert "absent.txt' : HTTP 404" in done.stderr
    assert "hello.txt' : another file of its links document failed" in done.stderr
    assert (tmp_path / "again").read_text() == f"{archive.http}/datalink/links?ID=broken\tfile0000\n"
    assert files(tmp_path, "again") == {}
