"""The facts of a run, as an OPset tells them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, BinaryIO

from ..running.record import Record, Status

if TYPE_CHECKING:
    from datetime import datetime

    from ..storage.provenance import Provenance


class Facts:
    """How the run stands, what was executed, what it printed. Nothing here blocks."""

    _record: Record

    @property
    def exitstatus(self) -> Status:
        """Falsy until the run has ended."""
        return self._record.status

    @property
    def exitmsg(self) -> str:
        """Why it failed, in words; empty while it runs and after plain success."""
        return self._record.message

    @property
    def returncode(self) -> int | None:
        """The exit status of the program, negative for a signal; None while it runs."""
        return self._record.returncode

    @property
    def argv(self) -> list[str]:
        """The command line, as a list of words."""
        return list(self._record.argv)

    @property
    def parameters(self) -> dict[str, Any]:
        """What the task was called with, checked; without secrets and without tables in memory."""
        return dict(self._record.parameters)

    @property
    def stdout(self) -> str:
        """What the program has written to standard output; bytes that are no UTF-8 as surrogate escapes."""
        return self.stdout_bytes.decode("utf-8", "surrogateescape")

    @property
    def stderr(self) -> str:
        """What the program has written to standard error."""
        return self._record.stderr.read().decode("utf-8", "surrogateescape")

    @property
    def stdout_bytes(self) -> bytes:
        """Standard output as it came."""
        return self._record.stdout.read()

    def open_stdout(self) -> BinaryIO:
        """Standard output as a file, from its start: for outputs too large to be held in memory.

        Returns
        -------
        binary file
            To be closed by you.

        Examples
        --------
        >>> from voclient.vaopackage import votcnv
        >>> with votcnv("stars.xml", format="csv").open_stdout() as file:
        ...     file.readline()
        b'# name,ra,dec,vmag,nobs,var\\n'
        """
        return self._record.stdout.open()

    @property
    def started(self) -> datetime | None:
        """When the process was started, UTC; None before."""
        from datetime import UTC, datetime

        return None if self._record.started is None else datetime.fromtimestamp(self._record.started, UTC)

    @property
    def elapsed(self) -> float:
        """Seconds from the start of the process to the end of the run, or to now."""
        record = self._record
        if record.began is None:
            return 0.0
        return (time.monotonic() if record.ended is None else record.ended) - record.began

    @property
    def cached(self) -> bool:
        """Whether an earlier run, kept in the cache, stands for this one (`cache=`)."""
        return self._record.cached is not None

    @property
    def provenance(self) -> Provenance:
        """What ran, when and where, with which versions, on which files; also as W3C PROV (`.to_json()`)."""
        from ..storage.provenance import provenance_of

        return provenance_of(self._record)

    @property
    def progress(self) -> tuple[float | None, str]:
        """How far the program says it is: a fraction (None: unknown) and a text."""
        return self._record.progress.fraction, self._record.progress.text

    @property
    def state(self) -> str:
        """How the run stands, in words."""
        record = self._record
        if not record.finished:
            return {"prepared": "is prepared", "queued": "is queued"}.get(record.phase, "is running")
        if record.status is Status.ERROR:
            return f"failed ({record.message.splitlines()[-1]})" if record.message else "failed"
        words = {Status.ABORTED: "was aborted", Status.TIMEOUT: "was ended at its time limit"}
        return words.get(record.status, "succeeded (from the cache)" if record.cached else "succeeded")
