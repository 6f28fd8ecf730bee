"""Slurm by way of PSI/J, which (0.9.11) takes the reasons that `squeue` tells for single words that it knows."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from psij import JobState, JobStatus
from psij.executors.batch.slurm import SlurmExecutorConfig, SlurmJobExecutor

SETTINGS = SlurmExecutorConfig


class Slurm(SlurmJobExecutor):  # type: ignore[misc, unused-ignore]
    """Looks at the queue so that any reason can be read: of nodes that are drained, say."""

    _NAME_ = "slurm"

    def get_status_command(self, native_ids: Collection[str]) -> list[str]:
        return ["squeue", "--noheader", "--me", "--states=all", "--format=%i %t %r"]

    def parse_status_output(self, exit_code: int, out: str) -> dict[str, Any]:
        if exit_code != 0:
            raise RuntimeError(f"squeue: {' '.join(out.split())}")
        found = {}
        for line in out.splitlines():
            number, state, reason = (*line.split(maxsplit=2), "", "", "")[:3]
            known = self._STATE_MAP.get(state)
            if known is not None:
                failed = known == JobState.FAILED and reason not in ("", "None")
                found[number] = JobStatus(known, message=f"{state}: {reason}" if failed else None)
        return found
