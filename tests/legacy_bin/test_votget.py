"""votget: which URLs a table or a list points to, and what the files are called."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from .downloads import document, files, table

if TYPE_CHECKING:
    from archive.fixture import RunningArchive

    from ..conftest import Finished

Get = Callable[..., "Finished"]


def listed(get: Get, *words: str, **more: Any) -> list[str]:
    done = get("-x", *words, **more)
    assert (done.status, done.stdout) == (0, b""), done.stderr
    return done.stderr.splitlines()


def test_a_list_is_read_without_its_comments_blanks_and_missing_newline(get: Get, tmp_path: Path) -> None:
    (tmp_path / "list").write_bytes(b"\n# a comment\r\n  http://a/1 \r\n\n\thttp://a/2")
    assert listed(get, "list") == ["http://a/1", "http://a/2"]
    assert listed(get, "file://list") == ["http://a/1", "http://a/2"]
    assert listed(get, stdin="http://b/1\n") == listed(get, "-", stdin="http://b/1") == ["http://b/1"]


def test_a_table_is_known_by_its_first_character(get: Get, tmp_path: Path) -> None:
    text = document(table(("http://a/1",), ("",), (" http://a/2 ",)))
    for name, content in [("plain", text), ("blank", "\n\n  " + text), ("bom", "\ufeff" + text)]:
        (tmp_path / name).write_text(content, encoding="utf-8")
        if name != "blank":
            assert listed(get, name) == ["http://a/1", "http://a/2"], name
    (tmp_path / "packed").write_bytes(gzip.compress(text.encode()))
    (tmp_path / "utf16").write_bytes(text.encode("utf-16"))
    (tmp_path / "votable.txt").write_text("http://a/votable\n")
    assert listed(get, "packed") == listed(get, "utf16") == ["http://a/1", "http://a/2"]
    assert listed(get, stdin=text) == listed(get, text) == ["http://a/1", "http://a/2"]
    assert listed(get, "votable.txt") == ["http://a/votable"]


def test_a_table_on_the_network_is_fetched(get: Get, archive: RunningArchive) -> None:
    assert listed(get, "-A", "0", archive.http + "/files/places.xml")[:2] == ["0", "1"]


MARKS = [
    'ucd="vox:image_ACCESSREFERENCE"', 'ucd="meta.ref.url"', 'utype="ssa:Access.Reference"',
    'utype="obscore:access.reference"', 'utype="Access.Reference"',
]  # fmt: skip


def test_columns_are_sought_in_the_order_of_the_marks(get: Get) -> None:
    for first in range(len(MARKS)):
        marks = list(reversed(MARKS[first:]))
        fields = "".join(f'<FIELD name="f" datatype="char" arraysize="*" {mark}/>' for mark in marks)
        text = document(table(tuple(f"http://{n}" for n in range(len(marks))), fields=fields))
        assert listed(get, stdin=text) == [f"http://{len(marks) - 1}"]
    text = document(table(("http://1", "http://2"), fields=fields + fields.replace("Access.Reference", "other")))
    assert listed(get, "-A", "1", stdin=text) == ["http://2"]


def test_no_column_is_an_error(get: Get) -> None:
    text = document(table(("a",), fields='<FIELD name="f" datatype="char" arraysize="*" utype="Access.Reference"/>'))
    for words, what in [
        (["-u", "other.ucd"], "other.ucd"), (["-A", "7"], "7"), (["-x", "-u", "x"], "x"),
    ]:  # fmt: skip
        done = get(*words, stdin=text)
        assert (done.status, done.stderr) == (1, f"Error: no acref column found ({what})\n")
    done = get(stdin=text.replace("utype", "name2"))
    assert (done.status, done.stderr) == (1, "Error: no acref column found (VOX:Image_AccessReference)\n")
    done = get(stdin=document())
    assert (done.status, done.stderr) == (1, "Error: No <TABLE> in <RESOURCE>\n")


def test_every_resource_counts_with_columns_of_its_own(get: Get) -> None:
    other = '<FIELD name="a" datatype="int"/><FIELD name="u" datatype="char" arraysize="*" ucd="meta.ref.url"/>'
    text = document(table(("http://1",)), table(("1", "http://2"), fields=other), "<INFO name='x' value='y'/>")
    assert listed(get, stdin=text) == ["http://1", "http://2"]
    assert listed(get, stdin=document(table(("http://1",)) + table(("http://2",)))) == ["http://1"]


def test_rows_are_kept_by_their_format(get: Get) -> None:
    fields = ('<FIELD name="f" datatype="char" arraysize="*" ucd="VOX:Image_Format"/>'
              '<FIELD name="u" datatype="char" arraysize="*" ucd="meta.ref.url"/>')  # fmt: skip
    rows = [("image/fits", "http://1"), ("text/html", "http://2"), ("", "http://3"), ("IMAGE/FITS", "http://4")]
    text = document(table(*rows, fields=fields))
    assert listed(get, "-f", "Fits", stdin=text) == ["http://1", "http://3", "http://4"]
    assert listed(get, "-f", "text", stdin=text) == ["http://2", "http://3"]
    assert listed(get, "-f", "//2", "-F", "1", stdin=text) == ["http://2"]


def test_binary_tables_will_do(get: Get, run: Callable[..., Finished]) -> None:
    binary = run("votcnv", "-f", "votb2", stdin=document(table(("http://1",), ("http://2",)))).stdout
    assert listed(get, stdin=binary) == ["http://1", "http://2"]


def test_a_list_is_appended_to_a_file_or_written_to_stdout(get: Get, tmp_path: Path) -> None:
    for _ in range(2):
        assert listed(get, "-o", "out", stdin="http://1\nhttp://2\n") == []
    assert (tmp_path / "out").read_text() == "http://1\nhttp://2\n" * 2
    assert get("-x", "-o", "-", stdin="http://1").stdout == b"http://1\n"
    done = get("-x", "-o", "absent/out", stdin="http://1")
    assert (done.status, done.stderr) == (1, "Error: cannot open output file 'absent/out'\n")
    done = get("-x", "-o", "/dev/full", stdin="http://1")
    assert (done.status, done.stderr) == (1, "Cannot write output file '/dev/full': No space left on device\n")


def test_the_input_stays_when_it_is_only_listed(get: Get, tmp_path: Path, list_of: Callable[..., str]) -> None:
    listed(get, "-t", list_of("/files/hello.txt"))
    assert (tmp_path / "urls").exists()


@pytest.mark.parametrize(
    ("argument", "line"),
    [
        ("missing", "Error opening file 'missing'"),
        (".", "Error opening file '.': Is a directory"),
        ("bad.xml", "Error opening votable 'bad.xml': mismatched tag at line"),
        ("notvot.xml", "Error opening votable 'notvot.xml'"),
        ("http://127.0.0.1:1/", "http://127.0.0.1:1/: Failed to connect"),
    ],
)
def test_what_cannot_be_read_is_said(get: Get, inputs: Path, argument: str, line: str) -> None:
    done = get(argument)
    assert (done.status, done.stdout) == (1, b"")
    assert done.stderr.startswith(line)
    assert argument in done.stderr.splitlines()[-1]


def test_names_have_four_digits_and_more_when_needed(get: Get) -> None:
    done = get("-xd", stdin="".join(f"http://a/{n}\n" for n in range(10_001)))
    assert "fname='file0000'" in done.stderr
    assert "fname='file9999'" in done.stderr
    assert "fname='file10000'" in done.stderr


def test_different_urls_with_one_checksum_are_told_apart_and_the_same_is_fetched_once(
    get: Get, tmp_path: Path, archive: RunningArchive
) -> None:
    first, second = "/files/hello.txt?abcdefgh", "/files/hello.txt?efghabcd"  # groups of four bytes, swapped
    pad = "x" * (-len(archive.http + "/files/hello.txt?") % 4)
    urls = [archive.http + route.replace("?", "?" + pad) for route in (first, second, first, second)]
    done = get("-s", stdin="\n".join(urls))
    names = sorted(files(tmp_path))
    assert (done.status, len(names), len(archive.log())) == (0, 2, 2)
    assert names[1] == names[0] + "-1"
    assert get("-s", stdin="\n".join(urls)).status == 0
    assert len(archive.log()) == 2


def test_names_of_a_list_are_taken_and_kept_apart(get: Get, archive: RunningArchive, tmp_path: Path) -> None:
    hello, image = archive.http + "/files/hello.txt", archive.http + "/files/image.fits"
    done = get(stdin=f"{hello}\tmine\n{image}\tmine\n{hello}\n{hello}\t mine \n{hello}?2\tmine\n")
    assert (done.status, done.stderr) == (0, "")
    assert sorted(files(tmp_path)) == ["file0002", "mine", "mine-1.fits", "mine-2"]


@pytest.mark.parametrize("base", ["../x", "/tmp/x", "a/b", ".", ".x", "", "a\nb"])
def test_no_name_leads_out_of_the_folder(get: Get, list_of: Callable[..., str], tmp_path: Path, base: str) -> None:
    urls = list_of("/files/hello.txt")
    (tmp_path / "in").mkdir()
    assert get("-D", "in", "-b", base, urls).status == 1
    if base:
        assert get("-D", "in", "-e", base, urls).status == 1
    assert get("-D", "in", "-o", f"x/{base}", urls).status == 1
    (tmp_path / "names").write_text(f"{(tmp_path / 'urls').read_text().strip()}\t{base or '..'}\n")
    if "\n" not in base:
        assert get("-D", "in", "names").status == 1
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["in", "names", "urls"]


def test_a_link_is_not_followed(get: Get, list_of: Callable[..., str], tmp_path: Path) -> None:
    """Whoever may write into the folder must not make us write elsewhere."""
    for name in ("file0000.part", "file0000.part.state", ".file0000.LOCK"):
        (tmp_path / "in").mkdir(exist_ok=True)
        link = tmp_path / "in" / name
        link.symlink_to("../victim")
        assert get("-D", "in", list_of("/files/hello.txt")).status == 1
        assert sorted(p.name for p in (tmp_path / "in").iterdir()) in ([name], [])
        assert not (tmp_path / "victim").exists()
        link.unlink(missing_ok=True)


def test_a_name_of_the_server_is_never_used(get: Get, list_of: Callable[..., str], tmp_path: Path) -> None:
    assert get("-D", "in", list_of("/files/hello.txt?name=hostile")).status == 0
    assert [str(p.relative_to(tmp_path)) for p in sorted(tmp_path.rglob("*"))] == ["in", "in/file0000", "urls"]


def test_one_download_goes_exactly_where_it_is_told(get: Get, list_of: Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    assert get("-o", "sub/image.gz", list_of("/files/image.fits.gz")).status == 0
    assert get("-D", "new", "-o", "my image", list_of("/files/image.fits")).status == 0
    assert (tmp_path / "sub" / "image.gz").read_bytes()[:2] == b"\x1f\x8b"
    assert (tmp_path / "new" / "my image").read_bytes()[:6] == b"SIMPLE"
    done = get("-o", "x", list_of("/files/hello.txt", "/files/hello.txt"))
    assert (done.status, done.stderr) == (1, "Error: -o needs a single download\n")


def test_a_folder_that_cannot_be_made_is_said(get: Get, list_of: Callable[..., str]) -> None:
    done = get("-D", "a/b", list_of("/files/hello.txt"))
    assert (done.status, done.stderr) == (1, "Error: Cannot write to directory 'a/b'\n")
