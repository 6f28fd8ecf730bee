"""vosesame's cache: what is kept, what is read again, what is left alone."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from archive.fixture import RunningArchive

    from ..conftest import Finished

Sesame = Callable[..., "Finished"]
NOWHERE = {"VOC_SESAME_URL": "http://127.0.0.1:1/none"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty home, apart from the test's own folder."""
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def cache(home: Path) -> Path:
    """The cache's folder, made."""
    folder = home / ".voclient" / "cache" / "sesame"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def vosesame(run: Callable[..., Finished], archive: RunningArchive, home: Path) -> Sesame:
    """vosesame with its service in the archive and a home of its own."""

    def run_it(*arguments: str, env: dict[str, str] | None = None, **more: object) -> Finished:
        return run("vosesame", *arguments, env={**archive.environment, "HOME": str(home), **(env or {})}, **more)

    return run_it


def test_a_position_is_kept_in_the_form_of_the_first_version(vosesame: Sesame, cache: Path) -> None:
    vosesame("m31")
    assert (cache / "m31").read_text() == "m31: 00:42:44.33 +41:16:07.5 10.684708 41.268750 7.00 7.00 AGN\n"


def test_a_kept_position_is_not_asked_for_again(vosesame: Sesame, archive: RunningArchive) -> None:
    first = vosesame("-CdenstH", "3c 273", "m51")
    assert len(archive.log()) == 1
    again = vosesame("-CdenstH", "3c 273", "m51")
    assert len(archive.log()) == 1
    assert again.text == first.text


def test_a_name_given_twice_is_asked_for_once(vosesame: Sesame, archive: RunningArchive) -> None:
    done = vosesame("-nq", "m31", "no such thing", "m31", "no such thing", env={"VOC_NO_CACHE": "1"})
    assert (done.lines, done.status) == (["m31", "m31"], 2)
    assert [request["query"] for request in archive.log()] == ["m31&no%20such%20thing"]


def test_names_that_are_not_found_are_not_kept(vosesame: Sesame, cache: Path) -> None:
    vosesame("no such thing")
    assert list(cache.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("ngc 4258", "ngc_4258"),
        ("PSR B1919+21", "PSR_B1919%2B21"),
        ("J/A+A/1/1", "J%2FA%2BA%2F1%2F1"),
        ("η Car", "%CE%B7_Car"),
        ("* alf Lyr", "%2A_alf_Lyr"),
    ],
)
def test_names_are_made_safe_for_file_names(vosesame: Sesame, cache: Path, name: str, key: str) -> None:
    assert vosesame("name:" + name).status == 0
    assert [entry.name for entry in cache.iterdir()] == [key]
    assert (cache / key).read_text().startswith(name + ": ")
    assert vosesame("-n", "name:" + name, env=NOWHERE).status == 0


@pytest.mark.parametrize("name", ["../../../m31", ".", "..", "a/../b"])
def test_no_name_leads_out_of_the_cache(vosesame: Sesame, home: Path, cache: Path, name: str) -> None:
    (home / "m31").write_text(f"{name}: 1:0:0 1:0:0 1.0 2.0 3.0 4.0 X\n")
    assert vosesame("name:" + name, env=NOWHERE).status == 1


OLD = "00:42:44.33 +41:16:07.5 1.500000 2.500000 7.00 7.00 old type\n"


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("ngc_1", "ngc 1: " + OLD),
        ("ngc_1", "ngc_1: " + OLD),
        ("ngc+1", "ngc+1: " + OLD),
        ("ngc_1", "ngc 1: 1:0:0 1:0:0 9.0 9.0 1.0 1.0 X\nngc 1: " + OLD),
        ("ngc_1", "ngc 1: " + OLD.rstrip()),
    ],
)
def test_entries_of_the_first_version_are_read(vosesame: Sesame, cache: Path, file: str, content: str) -> None:
    (cache / file).write_text(content)
    assert vosesame("-Cndt", "ngc 1", env=NOWHERE).text == "ngc 1,1.500000,2.500000,old type\n"


@pytest.mark.parametrize(
    "content",
    [
        "",
        "\n",
        "m31",
        "m31: ",
        "m31: 00:42:44.33 +41:16:07.5 x 2.5 7.00 7.00 AGN\n",
        "m31: 00:42:44.33 +41:16:07.5 1.5 2.5 7.00\n",
        "m31: 00:00:00.00 +00:00:00.0 0.000000 0.000000 0.00 0.00 Unknown\n",
        "m51: 00:42:44.33 +41:16:07.5 1.5 2.5 7.00 7.00 AGN\n",
        "m31: 00:42:44.33 +41:16:07.5 1.5 2.5 7.00 7.00 AGN\nm31: garbage\n",
        "\0\xff" * 100,
    ],
)
def test_damaged_entries_are_ignored_and_replaced(vosesame: Sesame, cache: Path, content: str) -> None:
    (cache / "m31").write_text(content)
    assert vosesame("m31").text == "10.684708 41.268750\n"
    assert (cache / "m31").read_text().count("\n") == 1


def test_small_values_are_a_position_too(vosesame: Sesame, cache: Path) -> None:
    (cache / "x").write_text("x: 00:00:00.01 +00:00:00.1 0.000042 0.000028 0.00 0.00 *\n")
    assert vosesame("x", env=NOWHERE).text == "0.000042 0.000028\n"
    assert vosesame("-ds", "origin").text == "0.000000 0.000000 00:00:00.00 +00:00:00.0\n"


def test_force_asks_again_past_all_caches_and_keeps_the_answer(
    vosesame: Sesame, archive: RunningArchive, cache: Path
) -> None:
    (cache / "m31").write_text("m31: " + OLD)
    assert vosesame("-f", "m31").text == "10.684708 41.268750\n"
    assert archive.log()[0]["path"] == "/sesame/-oxp/~SNV"
    assert "10.684708" in (cache / "m31").read_text()


def test_old_entries_are_refreshed(vosesame: Sesame, cache: Path) -> None:
    (cache / "m31").write_text("m31: " + OLD)
    month = time.time() - 29 * 86400
    os.utime(cache / "m31", (month, month))
    assert vosesame("m31").text == "1.500000 2.500000\n"
    os.utime(cache / "m31", (month - 2 * 86400,) * 2)
    assert vosesame("m31").text == "10.684708 41.268750\n"


def test_old_entries_serve_when_the_service_is_down(vosesame: Sesame, cache: Path) -> None:
    (cache / "m31").write_text("m31: " + OLD)
    os.utime(cache / "m31", (1, 1))
    done = vosesame("-v", "m31", env=NOWHERE)
    assert (done.status, done.text) == (0, "1.500000 2.500000\n")
    assert "Warning: the position of 'm31' comes from the cache" in done.stderr


def test_the_cache_can_be_switched_off(vosesame: Sesame, archive: RunningArchive, cache: Path) -> None:
    (cache / "m31").write_text("m31: " + OLD)
    for value in ("1", ""):
        assert vosesame("m31", "m51", env={"VOC_NO_CACHE": value}).lines[0] == "10.684708 41.268750"
    assert sorted(entry.name for entry in cache.iterdir()) == ["m31"]
    assert len(archive.log()) == 2


def test_without_network_only_the_cache_is_used(vosesame: Sesame, archive: RunningArchive, cache: Path) -> None:
    (cache / "m31").write_text("m31: " + OLD)
    done = vosesame("-n", "m31", "m51", "-p", "1,2", env={"VOC_NO_NETWORK": "1"})
    assert done.lines == ["m31", "UserCoord"]
    assert done.status == 1
    assert "Error: name resolver not reachable: VOC_NO_NETWORK is set" in done.stderr
    assert archive.log() == []


def test_a_cache_that_cannot_be_used_is_no_failure(vosesame: Sesame, home: Path) -> None:
    (home / ".voclient").write_text("not a folder\n")
    assert vosesame("m31").text == "10.684708 41.268750\n"
    assert vosesame("m31", env={"HOME": ""}).text == "10.684708 41.268750\n"
    assert vosesame("name:" + "x" * 300).status == 1


def test_entries_that_are_no_files_do_not_stop_it(vosesame: Sesame, cache: Path) -> None:
    os.mkfifo(cache / "m31")
    (cache / "m51").mkdir()
    assert vosesame("-n", "m31", "m51").lines == ["m31", "m51"]


def test_emptying_removes_the_files_and_nothing_outside(vosesame: Sesame, home: Path, cache: Path) -> None:
    outside = home / "outside"
    outside.mkdir()
    (outside / "precious").write_text("x")
    (cache / "m31").write_text("m31: " + OLD)
    (cache / ".hidden").write_text("x")
    (cache / "link").symlink_to(outside / "precious")
    (cache / "folder link").symlink_to(outside)
    (cache.parent / "other").write_text("x")
    done = vosesame("-I", "m31")
    assert (done.status, done.text, done.stderr) == (0, "", "")
    assert list(cache.iterdir()) == []
    assert (outside / "precious").exists()
    assert (cache.parent / "other").exists()
    assert vosesame("--init_cache").status == 0


def test_emptying_a_link_to_elsewhere_is_refused(vosesame: Sesame, home: Path, cache: Path) -> None:
    outside = home / "outside"
    outside.mkdir()
    (outside / "precious").write_text("x")
    cache.rmdir()
    cache.symlink_to(outside)
    done = vosesame("-I")
    assert done.status == 1
    assert "cannot empty the cache" in done.stderr
    assert (outside / "precious").exists()


def test_emptying_a_cache_that_is_not_there_is_fine(vosesame: Sesame) -> None:
    assert vosesame("-I").status == 0
