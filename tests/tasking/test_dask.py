"""dask.distributed: clusters that change, and that go away."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from distributed import Client, LocalCluster
from tasking.programs import eventually, is_alive, shell

from voclient.tasking.errors import TaskError
from voclient.tasking.executors import adapt
from voclient.tasking.executors.dask import DaskExecutor

SLEEP = "echo b = $PPID; echo a = $$; sleep 60"


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """`dask scheduler`, without workers, and its address."""
    file = tmp_path / "scheduler.json"
    command = ["scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-show"]
    with dask(*command, "--scheduler-file", str(file)) as process:
        assert eventually(lambda: file.exists() and file.read_text().endswith("}"), 60)
        yield process, json.loads(file.read_text())["address"]
        process.kill()


def dask(*words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "dask", *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def test_a_run_waits_for_the_first_worker(scheduler: tuple[Any, str], tmp_path: Path) -> None:
    with Client(scheduler[1]) as client:
        run = shell("echo a = 1", executor=adapt(client), async_=True)
        assert not run.wait(0.1)
        assert "is queued" in repr(run)
        options = ["--no-nanny", "--host", "127.0.0.1", "--no-dashboard", "--local-directory", str(tmp_path)]
        with dask("worker", scheduler[1], *options) as worker:
            assert run.wait(60)
            assert run["a"] == 1
            worker.terminate()


def test_the_end_of_the_cluster_ends_its_runs_as_errors() -> None:
    cluster = LocalCluster(n_workers=1, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0")
    with cluster, Client(cluster) as client:
        engine = adapt(client)
        run = shell(SLEEP, executor=engine, async_=True)
        leader = run.wait_for("a", 60)
        waiting = shell(SLEEP, executor=engine, async_=True)
    assert run.wait(60)
    assert run.exitstatus == run.ERROR
    assert "was lost" in run.exitmsg
    assert eventually(lambda: not is_alive(leader))
    assert waiting.wait(60)
    assert waiting.exitstatus in (waiting.ERROR, waiting.ABORTED)
    with pytest.raises(TaskError, match=r"is not reachable .*make a new distributed.Client"):
        shell("echo a = 1", executor=engine)


def test_a_run_goes_on_when_only_the_scheduler_dies(scheduler: tuple[Any, str], tmp_path: Path, gate: Any) -> None:
    process, address = scheduler
    options = ["--no-nanny", "--host", "127.0.0.1", "--no-dashboard", "--local-directory", str(tmp_path)]
    with dask("worker", address, *options) as worker, Client(address, timeout=2) as client:
        engine = adapt(client)
        run = shell(f"echo a = 1; {gate.wait}; echo b = 2", executor=engine, async_=True)
        run.wait_for("a", 60)
        process.kill()
        assert eventually(lambda: client.status != "running")
        with pytest.raises(TaskError, match="not reachable"):
            shell("echo a = 1", executor=engine)
        gate.open()
        assert run.wait(60)
        worker.kill()
    assert run.exitstatus == run.SUCCESS


def test_two_equal_calls_are_two_runs(tmp_path: Path) -> None:
    with (
        LocalCluster(n_workers=1, processes=False, dashboard_address="127.0.0.1:0") as cluster,
        Client(cluster) as client,
    ):
        engine = DaskExecutor(client, options={"priority": 1})
        assert (engine.host, engine.stage) == ("127.0.0.1", False)
        for _ in range(2):
            shell(f"echo x >> {tmp_path}/times", executor=engine)
    assert (tmp_path / "times").read_text() == "x\nx\n"


def test_what_is_no_client_is_refused() -> None:
    with pytest.raises(
        TypeError, match=r"a Client of dask.distributed \(pip install voclient\[dask\]\), not 'tcp://x'"
    ):
        DaskExecutor("tcp://x")
