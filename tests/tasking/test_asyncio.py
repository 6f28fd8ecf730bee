"""Runs in asyncio: awaited, streamed, cancelled; in several loops, without a thread for each."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading

import pytest
from tasking.programs import children, eventually, in_new_interpreter, open_files, shell

from voclient.tasking.descriptors.descriptor import Key, Results, Section
from voclient.tasking.errors import TaskError, TaskExecutionError
from voclient.tasking.executors.local import process_limit
from voclient.tasking.opset import OPset

ROWS = Results(stdout=Section("csv", header=False, columns=("x", "y"), keys=(Key("x", "float"), Key("y"))))


async def call(script: str, **more: object) -> OPset:
    return await shell(script, async_=True, **more)


def test_awaiting_a_run_gives_it_when_it_has_ended() -> None:
    async def main() -> None:
        run = shell("echo a = 1; exit 3", async_=True)
        assert await run is run
        assert (run.exitstatus, run["a"]) == (run.ERROR, 1)
        assert await run is run, "again"

    asyncio.run(main())


def test_a_finished_one_is_awaited_at_once_also_without_asyncio() -> None:
    result = shell("echo a = 1")
    with pytest.raises(StopIteration) as stopped:
        next(result.__await__())
    assert stopped.value.value is result
    script = "import sys, voclient.tasking.running.run; print('asyncio' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True).stdout == "False\n"


def test_awaiting_raises_what_wait_raises() -> None:
    with pytest.raises(TaskExecutionError):
        asyncio.run(call("exit 1", check=True))
    with pytest.raises(ZeroDivisionError):
        asyncio.run(call("echo a = 1", callback=lambda key, value: 1 / 0))
    with pytest.raises(TaskError, match="execute"):
        asyncio.run(call("true", execute=False))


def test_the_loop_goes_on_while_many_runs_are_awaited_in_no_more_threads() -> None:
    async def main() -> None:
        before = threading.active_count()
        runs = [shell("read line", async_=True, stdin=b"") for _ in range(20)]
        done = await asyncio.gather(*runs, asyncio.sleep(0, "turned"))
        assert done == [*runs, "turned"]
        assert threading.active_count() <= before + 1

    asyncio.run(main())


def test_callbacks_were_called_when_awaiting_returns() -> None:
    seen: list[str] = []
    asyncio.run(
        call("for i in 1 2 3; do echo a = $i; done; echo b = 1", callback={"b": lambda key, _: seen.append(key)})
    )
    assert seen == ["b"]


def test_items_stream_before_the_end(gate) -> None:  # type: ignore[no-untyped-def]
    async def main() -> None:
        run = shell(f"echo 1,p; echo 2,q; {gate.wait}; echo 3,r", results=ROWS, async_=True)
        seen = []
        async for key, value in run.stream():
            seen.append((key, value))
            if len(seen) == 4:
                assert not run.exitstatus
                gate.open()
        assert seen == [("x", 1.0), ("y", "p"), ("x", 2.0), ("y", "q"), ("x", 3.0), ("y", "r")]
        assert [pair async for pair in run.stream()] == seen == list(run.stream())

    asyncio.run(main())


def test_a_stream_is_taken_up_where_it_was_left() -> None:
    async def main() -> None:
        stream = shell("echo a = 1; echo b = 2", async_=True).stream()
        assert await anext(stream) == ("a", 1)
        async for pair in stream:
            assert pair == ("b", 2.0)

    asyncio.run(main())


def test_others_have_their_turn_while_much_lies_ready() -> None:
    async def main() -> None:
        turns = 0

        async def other() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        run = shell("for i in 1 2 3 4 5; do echo a = $i; done")
        task = asyncio.create_task(other())
        async for _ in run.stream():
            pass
        assert turns
        task.cancel()

    asyncio.run(main())


def test_the_first_of_a_key_can_be_awaited(gate) -> None:  # type: ignore[no-untyped-def]
    async def main() -> None:
        async with shell(f"echo a = 1; {gate.wait}", async_=True) as run:
            assert await run.arrival("a") == 1
            assert not run.exitstatus
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.01):
                    await run.arrival("b")
            assert not run.exitstatus, "it goes on"
            gate.open()
            with pytest.raises(KeyError, match="without giving 'b'"):
                await run.arrival("b")

    asyncio.run(main())


@pytest.mark.parametrize("way", ["cancel", "timeout", "wait_for", "group"])
def test_cancelling_who_awaits_ends_the_run_before_it_goes_on(way: str) -> None:
    async def fail() -> None:
        raise ZeroDivisionError

    async def main() -> None:
        run = shell("echo a = 1; sleep 60 & wait", async_=True)
        await run.arrival("a")

        async def wait_for_it() -> None:
            await run

        async def both() -> None:
            async with asyncio.TaskGroup() as group:
                group.create_task(wait_for_it())
                group.create_task(fail())

        if way == "cancel":
            task = asyncio.create_task(wait_for_it())
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        elif way == "timeout":
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.01):
                    await run
        elif way == "wait_for":
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(run, 0.01)
        else:
            with pytest.raises(ExceptionGroup):
                await both()
        assert (run.exitstatus, run["a"]) == (run.ABORTED, 1)
        assert run.exitmsg == "aborted: who awaited it was cancelled"

    before = set(children())
    asyncio.run(main())
    assert eventually(lambda: set(children()) <= before)


def test_a_run_that_waits_in_the_queue_is_taken_back_when_who_awaits_it_is_cancelled() -> None:
    async def main() -> None:
        busy = [shell("exec sleep 60", async_=True) for _ in range(process_limit())]
        queued = shell("echo a = 1", async_=True)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(queued, 0.01)
        assert (queued.exitstatus, queued.returncode) == (queued.ABORTED, None)
        for run in busy:
            run.abort()

    asyncio.run(main())


def test_ctrl_c_in_asyncio_ends_what_is_awaited() -> None:
    done = in_new_interpreter("""
        import asyncio
        async def main():
            run = shell("echo a = 1; sleep 60 & wait", async_=True)
            await run.arrival("a")
            asyncio.get_running_loop().call_later(0, os.kill, os.getpid(), signal.SIGINT)
            try:
                await run
            finally:
                print(run.exitstatus.name, eventually(lambda: not children()))
        try:
            asyncio.run(main())
        except KeyboardInterrupt:
            print("interrupted")
    """)
    assert (done.stdout, done.stderr) == ("ABORTED True\ninterrupted\n", "")


def test_a_shielded_run_survives_the_cancellation(gate) -> None:  # type: ignore[no-untyped-def]
    async def main() -> None:
        run = shell(f"{gate.wait}; echo a = 1", async_=True)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(run), 0.01)
        gate.open()
        assert (await run)["a"] == 1

    asyncio.run(main())


async def exhaust(run: OPset) -> None:
    async for _ in run.stream():
        pass


def test_leaving_a_stream_or_being_cancelled_in_it_leaves_the_run(gate) -> None:  # type: ignore[no-untyped-def]
    async def main() -> None:
        run = shell(f"echo a = 1; {gate.wait}; echo b = 2", async_=True)
        async for _ in run.stream():
            break
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(exhaust(run), 0.05)
        assert not run.exitstatus
        gate.open()
        assert (await run)["b"] == 2.0
        await asyncio.sleep(0)
        assert not run._record._followers

    asyncio.run(main())


def test_an_async_with_block_ends_the_run_without_blocking_the_loop() -> None:
    async def main() -> None:
        async with shell("trap '' TERM; echo a = 1; while :; do sleep 0.05; done", async_=True) as run:
            await run.arrival("a")
            ticks = asyncio.create_task(count())
        ticks.cancel()
        assert run.exitstatus == run.ABORTED
        assert turns > 10, "it took the two seconds of grace"

    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0.02)
            turns += 1

    asyncio.run(main())


def test_several_loops_and_threads_await_one_run(gate) -> None:  # type: ignore[no-untyped-def]
    run = shell(f"echo a = 1; {gate.wait}; echo b = 2", async_=True)
    seen: list[object] = []

    async def both() -> None:
        pairs = [pair async for pair in run.stream()]
        seen.append((pairs, (await run)["b"]))

    threads = [threading.Thread(target=asyncio.run, args=(both(),)) for _ in range(4)]
    for thread in threads:
        thread.start()
    run.wait_for("a", 30)
    gate.open()
    for thread in threads:
        thread.join(30)
    assert seen == [([("a", 1), ("b", 2.0)], 2.0)] * 4


def test_a_loop_that_is_closed_before_the_end_harms_nobody(gate) -> None:  # type: ignore[no-untyped-def]
    run = shell(f"{gate.wait}; echo a = 1", async_=True)
    loop = asyncio.new_event_loop()
    task = loop.create_task(run.arrival("a"))
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()
    gate.open()
    assert run.wait(30)
    assert run["a"] == 1
    task.get_coro().close()
    del task


def test_no_file_stays_open() -> None:
    asyncio.run(call("echo a = 1"))
    before = len(open_files())
    for _ in range(5):
        asyncio.run(call("echo a = 1"))
    assert len(open_files()) == before
