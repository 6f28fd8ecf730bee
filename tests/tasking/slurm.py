"""A Slurm of one node on this machine: its own folder, its own ports, ended with the block that needs it."""

from __future__ import annotations

import getpass
import os
import secrets
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tasking.programs import eventually

CONFIGURATION = """
ClusterName=voclient
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller}
SlurmdPort={node}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerType=sched/builtin
SchedulerParameters=sched_min_interval=10000,batch_sched_delay=0
SlurmdParameters=config_overrides
ReturnToService=2
KillWait=3
MailProg=/bin/true
NodeName=node NodeHostname={host} NodeAddr=127.0.0.1 CPUs=8 RealMemory=500
PartitionName=work Nodes=node Default=YES MaxTime=INFINITE DefMemPerCPU=10 State=UP
"""


@contextmanager
def slurm(folder: Path) -> Iterator[None]:
    """Have `sbatch` and the like speak to a cluster of one node."""
    for name in ("state", "spool"):
        (folder / name).mkdir()
    (folder / "munge.key").write_bytes(secrets.token_bytes(1024))
    (folder / "munge.key").chmod(0o400)
    configuration = folder / "slurm.conf"
    facts = {
        "folder": folder,
        "host": socket.gethostname(),
        "user": getpass.getuser(),
        "controller": _free_port(),
        "node": _free_port(),
    }
    configuration.write_text(CONFIGURATION.format(**facts))
    before = os.environ.get("SLURM_CONF")
    others = threading.enumerate()
    os.environ["SLURM_CONF"] = str(configuration)
    try:
        with ExitStack() as stack:
            stack.enter_context(_daemon(
                folder, "munged", "--foreground", "--force", f"--key-file={folder}/munge.key",
                f"--socket={folder}/munge.socket", f"--pid-file={folder}/munge.pid", f"--seed-file={folder}/munge.seed",
                f"--log-file={folder}/munge.log",
            ))  # fmt: skip
            assert eventually(lambda: (folder / "munge.socket").exists()), (folder / "munged.output").read_text()
            stack.enter_context(_daemon(folder, "slurmctld", "-D", "-c", "-f", str(configuration)))
            node = stack.enter_context(_daemon(folder, "slurmd", "-D", "-N", "node", "-f", str(configuration)))
            eventually(lambda: _is_idle() or node.poll() is not None, 60)
            logs = "".join((folder / f"{program}.log").read_text() for program in ("slurmctld", "slurmd"))
            assert node.poll() is None and _is_idle(), logs  # noqa: PT018
            yield
            subprocess.run(["scancel", f"--user={getpass.getuser()}"], check=False, capture_output=True)
            eventually(_is_idle, 10)
            _stop_polling(others)
    finally:
        if before is None:
            del os.environ["SLURM_CONF"]
        else:
            os.environ["SLURM_CONF"] = before


@contextmanager
def _daemon(folder: Path, program: str, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    path = next(place for place in (f"/usr/sbin/{program}", f"/usr/bin/{program}") if os.path.exists(place))
    with (folder / f"{program}.output").open("wb") as output:
        process = subprocess.Popen([path, *arguments], stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _stop_polling(others: list[threading.Thread]) -> None:
    """Nobody is to ask a cluster that is gone: PSI/J would, for minutes, in the middle of other tests."""
    for thread in threading.enumerate():
        if type(thread).__name__ == "_QueuePollThread" and thread not in others:
            thread.done = True  # type: ignore[attr-defined]


def _is_idle() -> bool:
    time.sleep(0.1)
    done = subprocess.run(["sinfo", "--noheader", "-o", "%T"], capture_output=True, text=True, check=False)
    return done.stdout.strip() == "idle"


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
