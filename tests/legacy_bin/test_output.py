"""Results appear complete or not at all (io/output.c, io/spool.c, io/temporary.c)."""

from __future__ import annotations

import os
import resource
import signal
import stat
import subprocess
from pathlib import Path

import pytest

from .trouble import run_into_closed_pipe

MIB = 1 << 20


def content(size: int) -> bytes:
    """What `--bytes=size` writes."""
    return bytes(ord("a") + index * 2654435761 // 65536 % 26 for index in range(size))


@pytest.fixture(scope="module")
def three_mib() -> bytes:
    return content(3 * MIB + 17)


@pytest.fixture
def run_trial(trial, run_program, tmp_path: Path):
    return lambda *arguments, **more: run_program(trial, *arguments, **{"cwd": tmp_path, **more})


def left_behind(folder: Path, *expected: str) -> list[str]:
    return sorted(set(os.listdir(folder)) - set(expected))


@pytest.mark.parametrize("name", [None, "-", "stdout", "STDOUT"])
def test_these_names_mean_standard_output(run_trial, tmp_path, name):
    done = run_trial("--bytes=5", *([] if name is None else ["-o", name]))
    assert (done.status, done.stdout, os.listdir(tmp_path)) == (0, content(5), [])


def test_every_byte_arrives_in_order(run_trial, tmp_path, three_mib):
    size = len(three_mib)
    assert run_trial(f"--bytes={size}").stdout == three_mib
    run_trial(f"--bytes={size}", "-o", "out")
    assert (tmp_path / "out").read_bytes() == three_mib


@pytest.mark.parametrize("size", [1, 1000, MIB, MIB + 1])
def test_a_spool_gives_back_what_it_got(run_trial, size):
    done = run_trial(f"--spool={size}")
    assert (done.status, done.stderr, done.stdout) == (0, "", content(size))


def test_a_spool_leaves_no_file_and_uses_tmpdir(run_trial, tmp_path):
    folder = tmp_path / "scratch"
    folder.mkdir()
    assert run_trial(f"--spool={3 * MIB}", env={"TMPDIR": str(folder)}).status == 0
    assert os.listdir(folder) == []
    done = run_trial(f"--spool={3 * MIB}", env={"TMPDIR": str(tmp_path / "absent")})
    expected = f"Cannot make a temporary file in '{tmp_path / 'absent'}': No such file or directory\n"
    assert (done.status, done.stdout, done.stderr) == (1, b"", expected)


def test_an_error_within_the_first_mib_leaves_standard_output_empty(run_trial):
    done = run_trial(f"--bytes={MIB}", "--plan=fail")
    assert (done.status, done.stdout) == (1, b"")
    later = run_trial(f"--bytes={2 * MIB}", "--plan=fail")
    assert later.status == 1
    assert len(later.stdout) > MIB


def test_a_failed_run_leaves_the_old_file_and_nothing_else(run_trial, tmp_path):
    (tmp_path / "out").write_text("old")
    done = run_trial(f"--bytes={2 * MIB}", "--plan=fail", "-o", "out")
    assert (done.status, (tmp_path / "out").read_text(), left_behind(tmp_path, "out")) == (1, "old", [])
    run_trial("--bytes=9", "--plan=fail", "-o", "new")
    assert left_behind(tmp_path, "out") == []


def interrupt(program: Path, folder: Path, number: signal.Signals, present: int) -> None:
    """End the program while it writes `out`; `present`: how many files it has in the folder meanwhile."""
    (folder / "out").write_text("old")
    arguments = [program, f"--bytes={2 * MIB}", "--plan=hang", "-o", "out"]
    with subprocess.Popen(arguments, cwd=folder, stderr=subprocess.PIPE) as process:
        assert process.stderr.readline() == b"ready\n"
        assert len(left_behind(folder, "out")) == present
        process.send_signal(number)
        assert process.wait(20) == -number
    assert ((folder / "out").read_text(), left_behind(folder, "out")) == ("old", [])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_an_interrupted_run_leaves_the_old_file_and_nothing_else(trial, tmp_path, number):
    interrupt(trial, tmp_path, number, present=0)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_an_interrupted_run_removes_its_file_where_files_must_have_names(make_trial, tmp_path, number):
    interrupt(make_trial("TRIAL_NAMED"), tmp_path, number, present=1)


def test_a_file_appears_when_complete_where_files_must_have_names(make_trial, run_program, tmp_path, three_mib):
    program = make_trial("TRIAL_NAMED")
    assert run_program(program, f"--bytes={len(three_mib)}", "-o", "out", cwd=tmp_path).status == 0
    assert (tmp_path / "out").read_bytes() == three_mib
    assert run_program(program, f"--bytes={MIB}", "--plan=fail", "-o", "out", cwd=tmp_path).status == 1
    assert ((tmp_path / "out").read_bytes(), left_behind(tmp_path, "out")) == (three_mib, [])
    spooled = run_program(program, f"--spool={2 * MIB}", env={"TMPDIR": str(tmp_path)})
    assert (spooled.status, left_behind(tmp_path, "out")) == (0, [])


@pytest.mark.parametrize(
    "name",
    ["absent/out", "folder", "folder/", "out/", "", "file/out", "loop", "x" * 300],
    ids=lambda name: name[:12] or "empty",
)
def test_what_cannot_be_opened_is_one_line(run_trial, tmp_path, name):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("")
    (tmp_path / "loop").symlink_to("loop")
    done = run_trial("-o", name)
    assert (done.status, done.stdout, done.stderr) == (1, b"", f"Cannot open output file '{name}'\n")
    assert left_behind(tmp_path, "folder", "file", "loop") == []


@pytest.fixture
def unprivileged():
    """Keyword arguments that run a program as somebody whom permissions bind."""
    return {} if os.geteuid() else {"user": 65534, "group": 65534, "extra_groups": []}


def open_way(path: Path) -> None:
    """Lets everybody through to a folder below pytest's, which are the owner's only."""
    for folder in [path, *path.parents][:-2]:
        folder.chmod(folder.stat().st_mode | stat.S_IXOTH | stat.S_IROTH)


def test_an_unwritable_folder_or_file_is_refused(trial, run_program, tmp_path, unprivileged):
    for program in (trial, tmp_path):
        open_way(program)
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o555)
    done = run_program(trial, "-o", "closed/out", cwd=tmp_path, **unprivileged)
    assert (done.status, done.stderr) == (1, "Cannot open output file 'closed/out'\n")
    tmp_path.chmod(0o777)
    kept = tmp_path / "kept"
    kept.write_text("old")
    kept.chmod(0o444)
    done = run_program(trial, "-o", "kept", cwd=tmp_path, **unprivileged)
    assert (done.status, done.stderr) == (1, "Cannot open output file 'kept'\n")
    assert (kept.read_text(), left_behind(tmp_path, "closed", "kept")) == ("old", [])


def test_a_new_file_has_the_umasks_mode_and_an_old_one_keeps_its_own(run_trial, tmp_path):
    for umask, mode in ((0o022, 0o644), (0o077, 0o600), (0o002, 0o664)):
        run_trial("-n", "-o", f"new{umask}", umask=umask)
        assert stat.S_IMODE((tmp_path / f"new{umask}").stat().st_mode) == mode
    old = tmp_path / "old"
    old.write_text("old")
    old.chmod(0o640)
    run_trial("-n", "-o", "old", umask=0o077)
    assert (old.read_text(), stat.S_IMODE(old.stat().st_mode)) == ("noheader\n", 0o640)


def test_symbolic_links_are_followed(run_trial, tmp_path):
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "file").write_text("old")
    (tmp_path / "there" / "next").symlink_to("file")
    (tmp_path / "link").symlink_to("there/next")
    (tmp_path / "dangling").symlink_to(tmp_path / "there" / "fresh")
    for name, target in (("link", "file"), ("dangling", "fresh")):
        assert run_trial("-n", "-o", name).status == 0
        assert (tmp_path / name).is_symlink()
        assert (tmp_path / "there" / target).read_text() == "noheader\n"
    assert left_behind(tmp_path / "there", "file", "next", "fresh") == []


def test_devices_and_pipes_are_written_as_they_are(trial, run_trial, tmp_path):
    assert run_trial("-n", "-o", "/dev/null").status == 0
    assert run_trial("-n", "-o", "/dev/stdout").stdout == b"noheader\n"
    assert run_trial("-n", "-o", "/dev/fd/1").stdout == b"noheader\n"
    os.mkfifo(tmp_path / "fifo")
    with subprocess.Popen([trial, "-n", "-o", "fifo"], cwd=tmp_path) as process:
        assert (tmp_path / "fifo").read_bytes() == b"noheader\n"
    assert process.returncode == 0
    assert stat.S_ISFIFO((tmp_path / "fifo").stat().st_mode)
    with open(tmp_path / "file", "wb") as file:
        subprocess.run([trial, "-n", "-o", "/dev/stdout"], stdout=file, check=True)
    assert (tmp_path / "file").read_bytes() == b"noheader\n"


def test_a_memory_file_is_written_through_its_descriptor(trial):
    memory = os.memfd_create("result")
    subprocess.run([trial, "-n", "-o", f"/dev/fd/{memory}"], pass_fds=[memory], check=True)
    assert os.pread(memory, 100, 0) == b"noheader\n"
    os.close(memory)


@pytest.mark.parametrize("size", [10, 3 * MIB])
def test_a_full_disk_is_an_error(run_trial, trial, size):
    with open("/dev/full", "wb") as full:
        done = subprocess.run([trial, f"--bytes={size}"], stdout=full, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (1, b"Cannot write standard output: No space left on device\n")
    named = run_trial(f"--bytes={size}", "-o", "/dev/full")
    expected = "Cannot write output file '/dev/full': No space left on device\n"
    assert (named.status, named.stderr) == (1, expected)


def test_a_file_that_grows_too_large_is_an_error_and_leaves_nothing(run_trial, tmp_path):
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (MIB, MIB))

    (tmp_path / "out").write_text("old")
    for name in ("out", "new"):
        done = run_trial(f"--bytes={3 * MIB}", "-o", name, preexec_fn=limit)
        assert (done.status, done.stderr) == (1, f"Cannot write output file '{name}': File too large\n")
    assert ((tmp_path / "out").read_text(), left_behind(tmp_path, "out")) == ("old", [])
    spooled = run_trial(f"--spool={3 * MIB}", preexec_fn=limit, env={"TMPDIR": str(tmp_path)})
    assert (spooled.status, spooled.stdout) == (1, b"")
    assert spooled.stderr == f"Cannot write a temporary file in '{tmp_path}': File too large\n"


@pytest.mark.parametrize("ignored", [False, True])
def test_a_closed_pipe_ends_the_tool_quietly(trial, ignored):
    done = run_into_closed_pipe([trial, f"--bytes={3 * MIB}"], ignored)
    assert (done.returncode, done.stderr) == (-signal.SIGPIPE, b"")


@pytest.mark.parametrize("descriptor", [0, 1])
def test_a_file_never_takes_the_place_of_a_closed_standard_descriptor(trial, tmp_path, descriptor):
    done = subprocess.run(
        [trial, "-n", "-o", "out"], cwd=tmp_path, preexec_fn=lambda: os.close(descriptor), check=False
    )
    assert (done.returncode, (tmp_path / "out").read_text()) == (0, "noheader\n")


def test_messages_do_not_get_into_the_file_when_standard_error_is_closed(trial, tmp_path):
    arguments = [trial, f"--bytes={MIB}", "-no=skipped", "-o", "out"]
    done = subprocess.run(arguments, cwd=tmp_path, preexec_fn=lambda: os.close(2), check=False)
    assert (done.returncode, (tmp_path / "out").read_bytes()) == (0, content(MIB))


def test_writing_to_a_closed_standard_output_is_an_error(trial):
    done = subprocess.run([trial, "-n"], stderr=subprocess.PIPE, preexec_fn=lambda: os.close(1), check=False)
    assert (done.returncode, done.stderr) == (1, b"Cannot write standard output: Bad file descriptor\n")


def test_return_prints_nothing(run_trial, tmp_path):
    done = run_trial("-r", f"--bytes={2 * MIB}")
    assert (done.status, done.stdout, done.stderr, os.listdir(tmp_path)) == (0, b"", "", [])
