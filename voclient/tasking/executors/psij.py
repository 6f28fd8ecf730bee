"""Runs as jobs of a batch system (Slurm, PBS, LSF, …), by way of PSI/J."""

from __future__ import annotations

import logging
import os
import re
import shutil
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from ..calls import amounts
from ..errors import TaskError
from ..locations import cache_folder
from . import Ended, Engine
from .addresses import LOOPBACK, face_towards

_START = "import sys; sys.path.append(sys.argv[1]); from voclient.tasking.executors.worker import main; main()"
_ROOT = str(Path(__file__).parents[3])
_ELSEWHERE = "192.0.2.1"
"""An address that is nobody's, beyond the networks of this machine."""
_OUTAGE = 600
"""Seconds for which a batch system may be out of reach, as it is when it is started anew."""


class BatchExecutor(Engine):
    """Jobs of a batch system: each run is a job of one process.

    Parameters
    ----------
    system : str or psij.JobExecutor
        `slurm`, `pbs`, `pbs_classic`, `lsf`, `flux`, `cobalt`, or `local` (a process of this machine); or an executor
        of PSI/J that was made already.
    queue, account, reservation : str, optional
        Of the batch system.
    duration : float, str or datetime.timedelta, default: 10 minutes
        The longest that a job may take: seconds, `"2h"`, a timedelta. A `timeout` of the task ends it sooner.
    cores, gpus : int, optional
        For each job.
    memory : int or str, optional
        For each job: bytes, or `"4 GB"`.
    options : mapping, optional
        More of the batch system, as PSI/J calls it: `{"slurm.qos": "debug"}`.
    setup : path, optional
        A file of shell commands that is read before a job begins.
    python : str, optional
        The interpreter on the nodes. Default: this one.
    folder : path, optional
        A folder that the nodes see, for what jobs are told. Default: in `$XDG_CACHE_HOME/voclient`.
    poll : int, default: 5
        Seconds between looks at the queue. (Results do not wait for that.)
    stage : bool, default: False
        Whether input and output files travel.
    host : str, optional
        The address of this machine under which the nodes reach it. Default: that of its way to other networks.
    limit : int, default: 64
        How many jobs asynchronous runs have at a time; the others wait here.

    Raises
    ------
    TaskError
        PSI/J is not installed.
    ValueError
        It knows no such system, or a setting cannot be what it is.
    TypeError
        `system` is neither a name nor an executor of PSI/J.
    """

    def __init__(
        self,
        system: Any = "slurm",
        *,
        queue: str | None = None,
        account: str | None = None,
        reservation: str | None = None,
        duration: float | str | timedelta = timedelta(minutes=10),
        cores: int | None = None,
        gpus: int | None = None,
        memory: int | str | None = None,
        options: Mapping[str, object] | None = None,
        setup: str | os.PathLike[str] | None = None,
        python: str = sys.executable,
        folder: str | os.PathLike[str] | None = None,
        poll: int = 5,
        stage: bool | None = None,
        host: str | None = None,
        limit: int | None = None,
    ) -> None:
        super().__init__(stage=stage, host=host, limit=limit)
        try:
            import psij
        except ImportError:
            raise TaskError("batch systems are reached by way of PSI/J: pip install voclient[psij]") from None
        # PSI/J logs each look at the queue that fails, with a traceback; who has set up logging still gets it.
        logging.getLogger("psij").addHandler(logging.NullHandler())
        self._psij: Any = psij
        for name, number in (("cores", cores), ("gpus", gpus), ("poll", poll)):
            if number is not None and (not isinstance(number, int) or number < 1):
                raise ValueError(f"{name} is a whole number, at least 1, not {number!r}")
        if setup is not None and not os.path.isfile(setup):
            raise ValueError(f"setup is a file of shell commands; there is no file {os.fspath(setup)!r}")
        self._folder = Path(folder if folder is not None else os.path.join(cache_folder(), "jobs")).absolute()
        if not isinstance(system, (str, psij.JobExecutor)):
            raise TypeError(f"a batch system is a name or an executor of PSI/J, not {system!r}")
        self._executor = self._find(system, poll) if isinstance(system, str) else system
        self._attributes = psij.JobAttributes(
            duration=timedelta(seconds=_amount("duration", amounts.parse_age, duration)),
            queue_name=queue,
            account=account,
            reservation_id=reservation,
            custom_attributes=dict(options) if options else None,
        )
        self._resources = psij.ResourceSpecV1(
            process_count=1,
            cpu_cores_per_process=cores,
            gpu_cores_per_process=gpus,
            memory=_amount("memory", amounts.parse_size, memory) if isinstance(memory, str) else memory,
        )
        self._setup = None if setup is None else Path(setup).absolute()
        self._python = python
        self._one_at_a_time = threading.Lock()

    def submit(self, call: bytes, ended: Callable[[Ended], object]) -> _Job:
        job = _Job(self._make_folder(), call, ended)
        job.psij = self._psij.Job(
            self._psij.JobSpec(
                executable=self._python,
                arguments=["-P", "-c", _START, _ROOT, str(job.folder)],
                directory=job.folder,
                stdout_path=job.folder / "output",
                stderr_path=job.folder / "output.err",
                resources=self._resources,
                attributes=self._attributes,
                pre_launch=self._setup,
                launcher="single",
            )
        )
        job.psij.set_job_status_callback(job.hear)
        # A command of the batch system takes its time, and neither caller nor pump is to wait for it.
        threading.Thread(target=self._submit, args=(job,), name="voclient-submission", daemon=True).start()
        return job

    def cancel(self, job: _Job) -> None:
        job.unwanted = True
        if threading.main_thread().is_alive():
            threading.Thread(target=self._cancel, args=(job,), name="voclient-cancellation", daemon=True).start()
        else:  # the interpreter ends, and waits for this thread only
            self._cancel(job)

    @property
    def name(self) -> str:
        return str(self._executor.name)

    @property
    def host(self) -> str:
        if self._host is None:
            self._host = LOOPBACK if self.name == "local" else _address()
        return self._host

    def _find(self, system: str, poll: int) -> Any:
        kinds = self._psij.JobExecutor
        if system not in (known := kinds.get_executor_names()):
            raise ValueError(f"PSI/J has no executor {system!r}; it has: {', '.join(sorted(known))}")
        scripts = self._folder / "scripts"
        if system == "slurm":
            from . import slurm

            executor: Any = slurm.Slurm(config=slurm.SETTINGS(work_directory=scripts))
        else:
            executor = kinds.get_instance(system, config=self._psij.JobExecutorConfig(work_directory=scripts))
        settings = {
            "queue_polling_interval": poll,
            "initial_queue_polling_delay": min(poll, 2),
            "queue_polling_error_threshold": _OUTAGE // poll,
        }
        for name, value in settings.items():
            if hasattr(executor.config, name):
                setattr(executor.config, name, value)
        return executor

    def _make_folder(self) -> Path:
        self._folder.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(dir=self._folder, prefix="job-"))

    def _submit(self, job: _Job) -> None:
        with self._one_at_a_time:
            if job.unwanted:
                job.clear()
                return
            try:
                self._executor.submit(job.psij)
            except Exception as error:
                job.end(Ended(f"the job was not accepted: {' '.join(str(error).split()) or type(error).__name__}"))

    def _cancel(self, job: _Job) -> None:
        with self._one_at_a_time, suppress(Exception):
            if job.psij.native_id is not None:
                job.psij.cancel()


class _Job:
    """A job, and the folder in which it finds what it is told."""

    def __init__(self, folder: Path, call: bytes, ended: Callable[[Ended], object]) -> None:
        self.folder = folder
        self.psij: Any = None
        self.unwanted = False
        self._ended = ended
        # The folder is nobody else's: made by mkdtemp.
        (folder / "call").write_bytes(call)

    def hear(self, _: Any, status: Any) -> None:
        """PSI/J, from a thread of its own, on the job's state."""
        if status.state.final:
            cancelled = status.state.name == "CANCELED"
            complaint = self._complaint()
            text = " ".join(part for part in (_without_traceback(status.message or ""), complaint) if part)
            failed = status.state.name != "COMPLETED"
            self.end(Ended(text or f"the job is {status.state.name}" if failed else "", cancelled, complaint))

    def end(self, outcome: Ended) -> None:
        self.clear()
        self._ended(outcome)

    def clear(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def _complaint(self) -> str:
        """The last that was said on the node."""
        try:
            return _last_line((self.folder / "output.err").read_text(errors="replace"))
        except OSError:
            return ""


def _without_traceback(message: str) -> str:
    """What PSI/J says of a job; of a traceback, the error's message."""
    if "Traceback (most recent call last)" not in message:
        return message
    return re.sub(r"^[\w.]+: ", "", _last_line(message))


def _last_line(text: str) -> str:
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "")


def _amount(name: str, parse: Callable[[Any], Any], value: object) -> Any:
    try:
        return parse(value)
    except ValueError as error:
        raise ValueError(f"{name} cannot be {value!r}: {error}") from None


def _address() -> str:
    """That by which other machines reach this one, as far as it knows."""
    address = face_towards(_ELSEWHERE, None)
    if address == LOOPBACK:
        with suppress(OSError):
            return socket.gethostbyname(socket.gethostname())
    return address
