"""The data cache: what is put is got, by many processes, whichever of them die."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voclient.tasking import CacheError, cache
from voclient.tasking.calls import amounts
from voclient.tasking.storage import store, store_index

WORKER = """
import random, sys
from voclient.tasking import cache
from voclient.tasking.storage import store

store.RECENT = 0
seed, turns = int(sys.argv[1]), int(sys.argv[2])
chance = random.Random(seed)
for turn in range(turns):
    number = chance.randrange(12)
    content = bytes([number]) * (1000 * number + 1)
    path = cache.get(f"key {number}")
    if path is not None:
        try:
            found = path.read_bytes()
        except FileNotFoundError:
            continue  # put out by another process since
        if found != content:
            sys.exit(f"key {number}: {len(found)} bytes of {set(found)}")
    elif chance.random() < 0.9:
        cache.put(f"key {number}", content)
    if chance.random() < 0.05:
        cache.clear(f"key {chance.randrange(12)}")
print("done")
"""
Workers = Callable[[int, int], list[subprocess.Popen[str]]]


@pytest.fixture
def start_workers() -> Iterator[Workers]:
    """`start_workers(count, turns)`: processes that put, get and clear."""
    started: list[subprocess.Popen[str]] = []

    def start(count: int, turns: int) -> list[subprocess.Popen[str]]:
        new = [
            subprocess.Popen(
                [sys.executable, "-c", WORKER, str(seed), str(turns)],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            )
            for seed in range(len(started), len(started) + count)
        ]  # fmt: skip
        started.extend(new)
        return new

    yield start
    for worker in started:
        worker.kill()
        worker.communicate()


def damage(path: Path, content: bytes) -> None:
    path.chmod(0o600)
    path.write_bytes(content)


def objects() -> list[Path]:
    return [path for path in (cache.folder() / "objects").rglob("*") if path.is_file()]


# One process.


def test_what_was_put_is_got_until_it_is_put_anew(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"from a file")
    assert cache.get("key") is None
    assert cache.put("key", b"first").read_bytes() == b"first"
    cache.put("key", tmp_path / "file")
    found = cache.get("key")
    assert found is not None
    assert found.read_bytes() == b"from a file"
    assert (len(cache.entries()), len(objects()), cache.size()) == (1, 1, 11)


def test_equal_contents_are_kept_once() -> None:
    assert cache.put("one", b"same") == cache.put("two", b"same")
    assert cache.clear("one") == 1
    found = cache.get("two")
    assert found is not None
    assert found.name == hashlib.sha256(b"same").hexdigest()[2:]


def test_the_cache_is_readable_by_its_owner_only() -> None:
    path = cache.put("key", b"private")
    assert [oct(place.stat().st_mode & 0o777) for place in (cache.folder(), path)] == ["0o700", "0o400"]


def test_entries_used_longest_ago_make_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "RECENT", 0)
    monkeypatch.setenv("VOCLIENT_CACHE_SIZE", "3 KB")
    for name in "abc":
        cache.put(name, name.encode() * 1000)
    cache.get("a")
    cache.put("d", b"d" * 900)
    assert {entry.title for entry in cache.entries()} == {"a", "c", "d"}
    assert cache.size() == sum(path.stat().st_size for path in objects()) == 2900


def test_a_file_larger_than_the_cache_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOCLIENT_CACHE_SIZE", "10 B")
    with pytest.raises(CacheError, match=r"key is larger than the cache .* may be \(10 B\)"):
        cache.put("key", b"eleven bytes")
    assert list(cache.folder().rglob("drafts/*")) == []


def test_a_size_that_is_none_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOCLIENT_CACHE_SIZE", "ten")
    with pytest.raises(CacheError, match="VOCLIENT_CACHE_SIZE cannot be 'ten': a size is a number and B, KB"):
        cache.put("key", b"")


@pytest.mark.parametrize("content", [b"", b"other", b"sound!"])
def test_a_damaged_file_is_not_got(content: bytes) -> None:
    damage(cache.put("key", b"sound."), content)
    assert cache.get("key") is None
    assert (cache.entries(), objects()) == ([], [])


def test_a_file_is_believed_by_its_digest_when_its_times_have_changed() -> None:
    path = cache.put("key", b"sound")
    os.utime(path, (1, 1))
    assert cache.get("key") == path
    assert cache.get("key") == path


def test_verify_removes_what_is_damaged_missing_or_left_over() -> None:
    paths = {name: cache.put(name, name.encode()) for name in ("sound", "changed", "missing")}
    damage(paths["changed"], b"Changed")
    paths["missing"].unlink()
    orphan = cache.folder() / "objects" / "ab" / ("0" * 62)
    orphan.parent.mkdir(exist_ok=True)
    orphan.write_bytes(b"of a process that died")
    for name, age in (("old", 2 * store.STALE), ("new", 0)):
        draft = cache.folder() / "drafts" / name
        draft.write_bytes(b"half")
        os.utime(draft, (time.time() - age,) * 2)
    report = cache.verify()
    assert (report.checked, report.orphans) == (3, 2)
    assert [line.split(":")[0] for line in sorted(report.damaged)] == ["changed", "missing"]
    assert [entry.title for entry in cache.entries()] == ["sound"]
    assert [path.name for path in (cache.folder() / "drafts").iterdir()] == ["new"]
    assert cache.verify() == (1, (), 0)


def test_a_damaged_index_is_told_and_cleared() -> None:
    cache.put("key", b"content")
    (cache.folder() / "index.sqlite").write_bytes(b"nonsense" * 1000)
    for question in (cache.entries, cache.verify, cache.size, lambda: cache.get("key")):
        with pytest.raises(CacheError, match="`voclient cache clear` makes a new one"):
            question()
    cache.clear()
    assert cache.get("key") is None
    assert cache.put("key", b"again").read_bytes() == b"again"


def test_the_index_of_a_newer_version_is_left_alone() -> None:
    cache.put("key", b"content")
    with sqlite3.connect(cache.folder() / "index.sqlite") as index:
        index.execute("PRAGMA user_version = 99")
    with pytest.raises(CacheError, match="that of a newer VOClient; name another folder in VOCLIENT_CACHE"):
        cache.get("key")


def test_entries_are_cleared_by_pattern_and_by_age(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("one.fits", "two.fits", "three.txt"):
        cache.put(name, b"x")
    assert cache.clear("*.fits", older="1h") == 0
    assert cache.clear("*.fits") == 2
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 90_000)
    cache.put("new", b"x")
    assert cache.clear(older="1d") == 1
    assert [entry.title for entry in cache.entries()] == ["new"]
    assert cache.clear() == 1


def test_a_locked_index_is_waited_for_but_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    cache.put("key", b"content")
    monkeypatch.setattr(store_index, "PATIENCE", 0.1)
    other = sqlite3.connect(cache.folder() / "index.sqlite", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    assert cache.get("key") is not None
    with pytest.raises(CacheError, match="locked"):
        cache.put("other", b"content")
    other.close()


def test_a_network_file_system_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_index, "network_file_system", lambda folder: "nfs4")
    with pytest.raises(CacheError, match=r"on a network file system \(nfs4\).* in VOCLIENT_CACHE"):
        cache.put("key", b"")
    assert not cache.folder().exists()


def test_the_kind_of_file_system_is_that_of_the_innermost_mount(tmp_path: Path) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(
        "22 1 8:1 / / rw - ext4 /dev/sda rw\n30 22 0:40 / /no/home rw shared:1 - nfs4 server:/home rw\n"
        "31 30 0:41 / /no/home/local\\040disk rw - xfs /dev/sdb rw\n32 22 0:42 / /no/hom rw - cifs //x rw\n"
    )
    places = ("/no/home/me", "/no/home", "/no/homes", "/no/home/local disk/x", "/no/hom")
    kinds = [store_index.network_file_system(place, str(mounts)) for place in places]
    assert kinds == ["nfs4", "nfs4", None, None, "cifs"]
    assert store_index.network_file_system(str(tmp_path)) is None


def test_the_cache_of_another_user_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    cache.put("key", b"content")
    owner = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    with pytest.raises(CacheError, match="is another user's; name a folder of your own in VOCLIENT_CACHE"):
        cache.get("key")


@pytest.mark.parametrize("where", ["/proc/nowhere", "/dev/null/cache"])
def test_a_folder_that_cannot_be_made_is_told(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOCLIENT_CACHE", where)
    with pytest.raises(CacheError, match=r"name another folder in VOCLIENT_CACHE|cannot be written"):
        cache.put("key", b"")


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    script = """
import resource
from voclient.tasking import cache, CacheError
cache.put("small", b"x")
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
try:
    cache.put("large", b"x" * 300_000)
except CacheError as error:
    print(error)
assert list((cache.folder() / "drafts").iterdir()) == []
assert cache.get("small").read_bytes() == b"x"
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert "cannot be written: File too large" in done.stdout, done.stderr
    assert done.returncode == 0, done.stderr


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.text(min_size=1, max_size=3), st.binary(max_size=20)), max_size=8))
def test_the_cache_is_a_mapping(pairs: list[tuple[str, bytes]]) -> None:
    cache.clear()
    kept: dict[str, bytes] = {}
    for key, content in pairs:
        try:
            cache.put(key, content)
        except CacheError:
            assert any("\ud800" <= letter <= "\udfff" for letter in key)
            continue
        kept[key] = content
    for key, content in kept.items():
        path = cache.get(key)
        assert path is not None
        assert path.read_bytes() == content
    assert len(objects()) == len(set(kept.values()))


# Known digests.


def test_a_file_that_has_not_changed_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new, missing = (str(tmp_path / name) for name in ("old", "new", "missing"))
    for path in (old, new):
        Path(path).write_bytes(b"content")
    monkeypatch.setattr(store, "is_settled", lambda path: path == old)
    digest = hashlib.sha256(b"content").hexdigest()
    kept = cache.open_store()
    assert kept.digests([old, new, missing]) == {old: digest, new: digest, missing: None}
    read: list[str] = []
    monkeypatch.setattr(store, "digest_of_file", lambda path: read.append(path) or digest)
    assert kept.digests([old, new]) == {old: digest, new: digest}
    Path(old).write_bytes(b"changed")
    kept.digests([old])
    assert read == [new, old]


# Many processes.


def test_many_processes_use_it_at_once(start_workers: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOCLIENT_CACHE_SIZE", "30 KB")
    for worker in start_workers(8, 60):
        out, errors = worker.communicate(timeout=60)
        assert (out, errors) == ("done\n", "")
    assert cache.verify()[1:] == ((), 0)
    assert cache.size() <= 30_000
    assert cache.size() == sum(path.stat().st_size for path in objects())


def test_processes_may_be_killed_at_any_instant(start_workers: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOCLIENT_CACHE_SIZE", "30 KB")
    chance = random.Random(1)
    index = cache.folder() / "index.sqlite"
    for _ in range(8):
        workers = start_workers(3, 100_000)
        while not index.exists() and all(worker.poll() is None for worker in workers):
            time.sleep(0.01)
        for worker in workers:
            time.sleep(chance.uniform(0, 0.25))
            worker.send_signal(signal.SIGKILL)
            _, errors = worker.communicate(timeout=60)
            assert (worker.returncode, errors) == (-signal.SIGKILL, "")
    assert cache.verify().damaged == ()
    assert cache.verify() == (len(objects()), (), 0)
    assert cache.size() == sum(path.stat().st_size for path in objects())
    (survivor,) = start_workers(1, 60)
    assert survivor.communicate(timeout=60)[0] == "done\n"


# Sizes and ages.


def test_a_size_is_a_number_and_a_unit() -> None:
    sizes = [amounts.parse_size(text) for text in ("0", "12", "10 GB", "1.5KB", "2 MiB", "1t")]
    assert sizes == [0, 12, 10**10, 1500, 2 << 20, 10**12]


@pytest.mark.parametrize("text", ["", "GB", "-1", "1 XB", "1e3", "nan", "10 GB 3"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a size is a number"):
        amounts.parse_size(text)


@pytest.mark.parametrize("value", ["", "d", "-1d", "1 D", "nan", float("nan"), -1, True, None, "inf", [1]])
def test_what_is_no_age_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="an age is a number"):
        amounts.parse_age(value)


@given(st.integers(0, 10**16))
def test_a_size_shown_is_read_as_nearly_that_size(size: int) -> None:
    assert abs(amounts.parse_size(amounts.show_size(size)) - size) <= size * 0.06
