"""What programs print: any amount of it, on either stream, of any bytes."""

from __future__ import annotations

import os

from tasking.programs import in_new_interpreter, python, run_program, shell

from voclient.tasking.descriptors.descriptor import Results


def test_a_gigabyte_of_output_takes_little_memory() -> None:
    done = in_new_interpreter("""
        import resource
        from voclient.tasking.descriptors.descriptor import Results
        run_program("/bin/echo", "a = 1")
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        with run_program("/usr/bin/head", "-c", "1000000000", "/dev/zero", results=Results()) as result:
            more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
            with result.open_stdout() as file:
                print(result.exitstatus.name, file.seek(0, 2), more < 8192)
    """)
    assert done.stdout == "SUCCESS 1000000000 True\n"


def test_output_that_finds_no_room_ends_the_run_as_an_error() -> None:
    done = in_new_interpreter("""
        import resource
        from voclient.tasking.descriptors.descriptor import Results
        resource.setrlimit(resource.RLIMIT_FSIZE, (2 << 20, resource.RLIM_INFINITY))
        result = shell("cat /dev/zero", results=Results())
        print(result.exitstatus.name, result.exitmsg)
    """)
    assert (done.stdout, done.stderr) == ("ERROR output could not be kept: File too large\n", "")


def test_output_on_both_streams_and_input_of_any_size_do_not_deadlock() -> None:
    data = os.urandom(1 << 20) * 20
    result = python(
        "import sys; data = sys.stdin.buffer.read(); sys.stderr.buffer.write(data); sys.stdout.buffer.write(data)",
        stdin=data,
        results=Results(),
    )
    assert result.stdout_bytes == data
    assert len(result.stderr.encode("utf-8", "surrogateescape")) == len(data)


def test_output_on_stderr_only_is_kept() -> None:
    result = shell("echo careful >&2")
    assert (result.stdout, result.stderr) == ("", "careful\n")
    assert result.exitstatus == result.SUCCESS


def test_a_run_without_output_succeeds_without_keys() -> None:
    result = run_program("/bin/true")
    assert (result.exitstatus, result.returncode, dict(result), result.stdout) == (result.SUCCESS, 0, {}, "")


def test_binary_output_comes_back_byte_for_byte() -> None:
    every_byte = bytes(range(256))
    result = run_program("/bin/cat", stdin=every_byte, results=Results())
    assert result.stdout_bytes == every_byte
    assert result.stdout.encode("utf-8", "surrogateescape") == every_byte


def test_a_result_with_much_output_that_is_dropped_closes_its_file_silently() -> None:
    done = in_new_interpreter("""
        from voclient.tasking.descriptors.descriptor import Results
        before = len(open_files())
        result = run_program("/usr/bin/head", "-c", "3000000", "/dev/zero", results=Results())
        kept = result.open_stdout()
        during = len(open_files())
        del result
        with kept:
            print(during - before, len(open_files()) - before, len(kept.read()))
    """)
    assert (done.stdout, done.stderr) == ("2 1 3000000\n", "")
