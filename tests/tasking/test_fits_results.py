"""FITS files among results: opened when they are looked at, mapped, closed with the OPset."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from tasking.programs import open_files, run_program, shell

from voclient import tasking
from voclient.cli import main
from voclient.tasking.descriptors.descriptor import Key, Results, Section
from voclient.tasking.errors import DescriptorError, ResultError
from voclient.tasking.running.capture import IN_MEMORY

SIZE = 1200


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """An image above what output is kept in memory of, and a table."""
    path = tmp_path / "image.fits"
    pixels = np.arange(SIZE * SIZE, dtype=np.int16).reshape(SIZE, SIZE)
    table = fits.BinTableHDU.from_columns([fits.Column("ra", "D", array=[1.5, 2.5])], name="STARS")
    fits.HDUList([fits.PrimaryHDU(pixels), table]).writeto(path)
    assert path.stat().st_size > 2 * IN_MEMORY
    return path


def results(path: str | None = None) -> Results:
    section = Section("fits", keys=(Key("image", "fits"),), path=path)
    return Results(files=(section,)) if path else Results(stdout=section)


def maps(path: Path) -> bool:
    return str(path) in Path("/proc/self/maps").read_text()


def test_a_file_is_opened_at_first_use_mapped_and_closed_with_the_result(image: Path, tmp_path: Path) -> None:
    with shell(f"cp {image} out.fits", results=results("out.fits"), cwd=tmp_path) as result:
        out = tmp_path / "out.fits"
        assert str(out) not in open_files().values()
        hdus = result["image"]
        assert [hdu.name for hdu in hdus] == ["PRIMARY", "STARS"]
        assert result["image"] is hdus
        assert not maps(out)
        assert hdus[0].data[1, 2] == SIZE + 2
        assert maps(out)
        assert str(out) in open_files().values()
    assert str(out) not in open_files().values()
    assert hdus["STARS"].header["TTYPE1"] == "ra"


def test_who_keeps_the_file_may_drop_the_result(image: Path, tmp_path: Path) -> None:
    hdus = shell(f"cp {image} out.fits", results=results("out.fits"), cwd=tmp_path)["image"]
    assert hdus["STARS"].data["ra"].tolist() == [1.5, 2.5]
    hdus.close()


def test_captured_output_is_a_file_too(image: Path) -> None:
    result = run_program("/bin/cat", str(image), results=results())
    assert result["image"][0].data[-1, -1] == np.arange(SIZE * SIZE, dtype=np.int16)[-1]
    assert result.to_dict() == {"image": None}
    again = pickle.loads(pickle.dumps(result))
    result.close()
    assert again["image"]["STARS"].data["ra"].tolist() == [1.5, 2.5]
    again.close()


def test_several_files_are_a_list_and_travel_by_their_names(image: Path, tmp_path: Path) -> None:
    result = shell(f"for i in 1 2 3; do cp {image} $i.fits; done", results=results("[123].fits"), cwd=tmp_path)
    before = len(open_files())
    assert [hdus[0].header["NAXIS1"] for hdus in result["image"]] == [SIZE] * 3
    again = pickle.loads(pickle.dumps(result))
    assert len(again["image"]) == 3
    result.close()
    again.close()
    assert len(open_files()) == before


def test_what_is_no_fits_file_is_told_as_such(tmp_path: Path) -> None:
    result = shell("echo hello", results=results())
    with pytest.raises(ResultError, match="the output cannot be opened as FITS"):
        result["image"]


def test_a_notebook_shows_what_is_in_it_without_reading_it(image: Path, tmp_path: Path) -> None:
    result = shell(f"cp {image} out.fits", results=results("out.fits"), cwd=tmp_path)
    page = result._repr_html_()
    for cell in ("PRIMARY", "1200 x 1200", "STARS", "BINTABLE", "8 x 2"):
        assert f"<td>{cell}</td>" in page
    assert not maps(tmp_path / "out.fits")
    result.close()


DESCRIPTOR = """\
task: copy
summary: Copy a FITS file
executable: cp
parameters:
  source: {type: path, required: true, argv: "{}"}
  output: {type: path, required: true, argv: "{}"}
results:
  files: [{path: "{output}", format: fits, keys: {image: fits}}]
"""


def test_a_descriptor_declares_it_and_the_command_tells_the_name(
    image: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("copy.yaml").write_text(DESCRIPTOR)
    copy = tasking.import_task("./copy.yaml")
    with copy(image, "out.fits") as result:
        assert result["image"][0].shape == (SIZE, SIZE)
    out = str(tmp_path / "out.fits")
    assert main(["run", "./copy.yaml", str(image), "out.fits"]) == 0
    assert capsys.readouterr().out == f"image\t{out}\n"
    assert main(["run", "--json", "./copy.yaml", str(image), "out.fits"]) == 0
    assert json.loads(capsys.readouterr().out) == {"image": out}


def test_a_descriptor_that_gives_fits_in_another_format_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "copy.yaml").write_text(DESCRIPTOR.replace("format: fits", "format: votable"))
    with pytest.raises(DescriptorError, match=r"copy.yaml:8:.*a key of type fits needs 'format: fits', not votable"):
        tasking.import_task(str(tmp_path / "copy.yaml"))


def test_a_program_with_the_channel_names_the_file(image: Path, tmp_path: Path) -> None:
    script = f"""cp {image} out.fits; echo '{{"key": "image", "value": "out.fits"}}' > /dev/fd/$VOCLIENT_OPSET_FD"""
    declared = Results(channel=(Key("image", "fits"),))
    with shell(script, results=declared, cwd=tmp_path) as result:
        assert result["image"].filename() == str(tmp_path / "out.fits")
    wrong = shell(script.replace('"out.fits"', "3"), results=declared, cwd=tmp_path)
    assert "image should be the name of a FITS file" in wrong.exitmsg
