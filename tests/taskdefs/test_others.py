"""The task packages that wrap other people's programs, each run for real."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table

from voclient.tasking import TaskParameterError, import_package
from voclient.tasking.packages.searchpath import find_packages

PACKAGES = ("cfitsio", "wcstools", "sextractor", "stilts", "xpa")
PROGRAMS = ["fpack", "fitsverify", "sky2xy", "source-extractor", "stilts", "xpaget"]


def folder_of(package: str) -> Path:
    (found,) = find_packages(package)
    return Path(found.folder)


def test_the_programs_of_the_test_machine_are_installed() -> None:
    assert not [program for program in PROGRAMS if not shutil.which(program)], "run `make test`, which installs them"


@pytest.mark.parametrize("package", PACKAGES)
def test_each_package_is_right_and_its_examples_give_what_they_promise(package: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "voclient.cli", "check", folder_of(package)], capture_output=True, text=True, timeout=120
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout


@pytest.mark.parametrize("package", PACKAGES)
def test_each_task_has_an_example_and_says_what_to_install(package: str) -> None:
    module = import_package(package)
    for name in dir(module):
        descriptor = getattr(module, name).descriptor
        assert descriptor.examples, name
        assert descriptor.install.startswith("apt install "), name


@pytest.fixture
def images(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copy(folder_of("cfitsio") / "field.fits", tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_an_image_goes_through_fpack_and_funpack_unchanged(images: Path) -> None:
    cfitsio = import_package("cfitsio")
    packed = cfitsio.fpack("field.fits", output="packed.fits.fz", algorithm="gzip2", tile=[32, 32]).check()
    cfitsio.funpack(packed["output"], output="again.fits").check()
    assert np.array_equal(fits.getdata("field.fits"), fits.getdata("again.fits"))
    with fits.open("packed.fits.fz", disable_image_compression=True) as hdus:
        assert (hdus[1].header["ZCMPTYPE"], hdus[1].header["ZTILE1"]) == ("GZIP_2", 32)


def test_an_output_that_exists_is_an_error_and_stays(images: Path) -> None:
    (images / "there.fits").write_text("precious")
    result = import_package("cfitsio").fitscopy("field.fits", "there.fits")
    assert result.exitstatus == result.ERROR
    assert (images / "there.fits").read_text() == "precious"


def test_fitsverify_tells_each_file_s_errors(images: Path) -> None:
    (images / "broken.fits").write_bytes((images / "field.fits").read_bytes().replace(b"NAXIS2  =", b"NAXIS2  :"))
    result = import_package("cfitsio").fitsverify(["field.fits", "broken.fits"])
    assert result.exitstatus == result.ERROR
    assert result["file"] == ["field.fits", "broken.fits"]
    assert result["errors"][0] == 0
    assert result["errors"][1] is None or result["errors"][1] > 0


def test_positions_and_pixels_of_an_image_are_those_of_astropy(images: Path) -> None:
    from astropy.wcs import WCS

    wcstools = import_package("wcstools")
    (expected,) = WCS(fits.getheader("field.fits")).all_pix2world([[10, 20]], 1)
    found = wcstools.xy2sky("field.fits", 10, 20)
    assert [found["ra"][0], found["dec"][0]] == pytest.approx(list(expected), abs=2e-6)
    back = wcstools.sky2xy("field.fits", tuple(expected))
    assert (back["x"], back["y"]) == pytest.approx((10, 20), abs=0.02)


def test_skycoords_are_converted_as_astropy_does() -> None:
    from astropy.coordinates import SkyCoord

    places = SkyCoord([10.6847, 83.8221], [41.2687, -5.3911], unit="deg")
    result = import_package("wcstools").skycoor(places, to="galactic")
    assert result["longitude"] == pytest.approx(places.galactic.l.deg, abs=1e-4)
    assert result["latitude"] == pytest.approx(places.galactic.b.deg, abs=1e-4)


def test_header_keywords_are_set_copied_and_deleted(images: Path) -> None:
    wcstools = import_package("wcstools")
    wcstools.sethead("field.fits", ["OBSERVER=Charles Messier", "GAIN=2.5"]).check()
    assert fits.getheader("field.fits")["OBSERVER"] == "Charles Messier"
    assert wcstools.gethead("field.fits", ["OBSERVER", "GAIN"])["OBSERVER"] == "Charles Messier"
    wcstools.delhead("field.fits", "GAIN").check()
    assert "GAIN" not in fits.getheader("field.fits")


def test_source_extractor_finds_the_stars_with_any_columns(images: Path) -> None:
    result = import_package("sextractor").extract(
        "field.fits", columns=["ALPHA_J2000", "DELTA_J2000", "FLUX_APER"], apertures=3, threshold=5, no_filter=True
    )
    table = result.check()["table"]
    assert len(table) == 4
    assert table["ALPHA_J2000"].unit == "deg"
    assert min(table["FLUX_APER"]) > 3000


@pytest.fixture
def stars(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Table:
    monkeypatch.chdir(tmp_path)
    return Table({"name": ["a", "b", "c"], "ra": [10.0, 20.0, 30.0], "dec": [1.0, 2.0, 3.0]})


def test_astropy_tables_go_through_stilts_and_come_back(stars: Table) -> None:
    stilts = import_package("stilts")
    result = stilts.tpipe(stars, command=["addcol double '2*ra'", "select 'ra > 15'"]).check()
    assert result["table"]["double"].tolist() == [40, 60]


def test_stilts_matches_two_astropy_tables(stars: Table) -> None:
    other = Table({"ra": [20.0001, 50.0], "dec": [2.0, 2.0]})
    result = import_package("stilts").tskymatch2(
        stars, other, 1.0, ra1="ra", dec1="dec", ra2="ra", dec2="dec", find="best"
    )
    (row,) = result.check()["table"]
    assert row["name"] == "b"
    assert row["Separation"] == pytest.approx(0.36, abs=0.01)


def test_votlint_tells_line_and_reason(stars: Table, tmp_path: Path) -> None:
    (tmp_path / "bad.xml").write_text(
        '<VOTABLE version="1.3"><RESOURCE><TABLE><FIELD name="x"/></TABLE></RESOURCE></VOTABLE>'
    )
    result = import_package("stilts").votlint("bad.xml")
    assert "ERROR" in result["level"]
    assert set(result["line"]) == {1}


@pytest.mark.parametrize("name", ["touch owned|", "<touch owned"])
def test_a_table_s_name_is_never_run_as_a_command_by_stilts(stars: Table, tmp_path: Path, name: str) -> None:
    stilts = import_package("stilts")
    with pytest.raises(TaskParameterError, match="does not have the form"):
        stilts.tpipe(name)
    with pytest.raises(TaskParameterError, match="does not have the form"):
        stilts.tskymatch2(stars, name, 1)
    assert not (tmp_path / "owned").exists()


@pytest.fixture
def xpa(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The package, and a message bus that listens to it, on sockets in the test's folder."""
    for name, value in {"XPA_METHOD": "local", "XPA_TMPDIR": str(tmp_path), "XPA_NSUSERS": "*"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    module = import_package("xpa")
    servers = []
    try:
        for program, socket in (("xpans", "xpans_unix"), ("xpamb", "XPAMB_xpamb.*")):
            servers.append(subprocess.Popen([program], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
            wait_for(tmp_path, socket)
        while module.xpaaccess("xpamb", timeout=20).check()["count"] == 0:
            pass
        yield module
    finally:
        for server in reversed(servers):
            server.kill()
            server.wait()


def wait_for(folder: Path, pattern: str) -> None:
    """Until there is such a file: each turn of the loop is a process that takes its time."""
    while not list(folder.glob(pattern)):
        subprocess.run(["sleep", "0.05"], check=True)


def test_data_are_sent_to_a_running_program_and_asked_back(xpa: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("hello\n")
    xpa.xpaset("xpamb", ["-data", "greeting"], data="words.txt", timeout=20).check()
    assert xpa.xpaget("xpamb", ["-data", "greeting"], timeout=20).check()["data"] == "hello\n"


def test_a_program_that_is_not_there_is_an_error_with_a_reason(xpa: ModuleType) -> None:
    result = xpa.xpaget("nobody", timeout=20)
    assert result.exitstatus == result.ERROR
    assert "nobody" in result.exitmsg
    assert xpa.xpaaccess("nobody", timeout=20).check()["count"] == 0
