"""What a run was made of: what ran, when and where, with which versions, on which files; in words of W3C PROV."""

from __future__ import annotations

import json
import os
import re
import shlex
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from .. import locations
from ..calls import named_files
from ..calls.values import is_table
from ..errors import TaskError
from ..results.intake import Intake
from ..running.environment import TABLE_ROWS, TABLES_VARIABLE
from .fingerprints import digest_of_file

if TYPE_CHECKING:
    from ..descriptors.descriptor import Descriptor, Invocation
    from ..running.capture import CapturedOutput
    from ..running.record import Record

ENVIRONMENT = (
    "HOME", "LANG", "LANGUAGE", "LC_ALL", "LC_COLLATE", "LC_CTYPE", "LC_MESSAGES", "LC_MONETARY", "LC_NUMERIC",
    "LC_TIME", "LD_LIBRARY_PATH", "LD_PRELOAD", "PATH", "PERL5LIB", "PYTHONPATH", "TZ", TABLES_VARIABLE,
)  # fmt: skip
"""Variables of this process that matter to any program; a descriptor's `reads_environment` names more."""
_SECRET = re.compile(r"(?i)secret|token|passw|credential|auth|key")


class Provenance(Mapping[str, Any]):
    """The provenance of a run, a mapping of plain data. Digests of files are computed when they are asked for.

    Keys are `task command argv folder host user executor started ended elapsed status returncode message parameters
    environment program versions inputs outputs`, and `from_cache`, when an earlier run stands for it, with its time.

    Examples
    --------
    >>> from voclient.vaopackage import votinfo
    >>> provenance = votinfo("stars.xml").provenance
    >>> provenance["command"], provenance["returncode"]
    ('votinfo stars.xml', 0)
    >>> [(file["parameter"], file["size"], file["sha256"][:8]) for file in provenance["inputs"]]
    [('table', 1615, '201b2040')]
    """

    def __init__(self, facts: dict[str, Any], streams: Mapping[str, CapturedOutput] | None = None) -> None:
        self._facts = facts
        self._streams = streams or {}

    def __getitem__(self, name: str) -> Any:
        if name in ("inputs", "outputs", "program"):
            self._digest(name)
        return self._facts[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._facts)

    def __len__(self) -> int:
        return len(self._facts)

    def __repr__(self) -> str:
        when = self._facts["started"] or "not started"
        return f"<provenance of {self._facts['task']}: {self._facts['command']} ({when}, {self._facts['host']})>"

    def to_prov(self) -> dict[str, Any]:
        """The provenance as a document of W3C PROV, in its form for JSON (PROV-JSON).

        Returns
        -------
        dict
            Entities (files, output, the descriptor), the run as activity, agents (the user, VOClient, the program),
            and what relates them.

        Examples
        --------
        >>> from voclient.vaopackage import votinfo
        >>> document = votinfo("stars.xml").provenance.to_prov()
        >>> list(document)
        ['prefix', 'entity', 'activity', 'agent', 'used', 'wasGeneratedBy', 'wasAssociatedWith', 'actedOnBehalfOf']
        """
        from .prov_document import document_of

        return document_of(self)

    def to_json(self, indent: int | None = 2) -> str:
        """The same as text.

        Parameters
        ----------
        indent : int or None
            As for `json.dumps`.

        Returns
        -------
        str
            PROV-JSON.
        """
        return json.dumps(self.to_prov(), indent=indent)

    def save(self, file: str | os.PathLike[str]) -> None:
        """Write the same into a file.

        Parameters
        ----------
        file : path
            Its name.

        Raises
        ------
        OSError
            It cannot be written.
        """
        text = self.to_json()
        with open(file, "w", encoding="ascii") as stream:
            stream.write(text + "\n")

    def _digest(self, name: str) -> None:
        described = self._facts[name]
        for item in [described] if isinstance(described, dict) else described:
            if "sha256" in item or "size" not in item:
                continue
            item["sha256"] = None
            if "stream" in item:
                with suppress(ValueError, KeyError):
                    item["sha256"] = _digest_of_stream(self._streams[item["stream"]])
            elif describe_file(item["path"]).items() <= item.items():
                item["sha256"] = digest_of_file(item["path"])


def provenance_of(record: Record) -> Provenance:
    """The provenance of a run, as far as it has come; kept when it has ended."""
    facts = record.facts
    if facts is None:
        facts = gather(record, ended=record.finished)
        if record.finished:
            record.facts = facts
    if record.cached is not None:
        facts = {**facts, "from_cache": _iso(record.cached)}
    return Provenance(facts, {"stdout": record.stdout, "stderr": record.stderr})


def gather(record: Record, *, ended: bool = True) -> dict[str, Any]:
    """All facts but digests, as plain data; `ended`: files that it may have written are output."""
    descriptor, controls = record.descriptor, record.controls
    folder = os.path.join(record.folder, controls.cwd or "") if controls else record.folder
    folder = os.path.normpath(folder) if folder else ""
    elapsed = record.elapsed
    last = None if record.started is None or elapsed is None else record.started + elapsed
    inputs, outputs = _files(record, folder, ended)
    return {
        "task": f"{descriptor.package}.{descriptor.task}".lstrip("."),
        "command": shlex.join([os.path.basename(record.argv[0]), *record.argv[1:]]),
        "argv": list(record.argv),
        "folder": folder,
        "host": record.host or os.uname().nodename,
        "user": _user(),
        "executor": controls.executor.name if controls and controls.executor else "local",
        "started": _iso(record.started),
        "ended": _iso(last),
        "elapsed": elapsed,
        "status": record.status.name,
        "returncode": record.returncode,
        "message": record.message,
        "parameters": {name: _plain(value) for name, value in record.parameters.items()},
        "environment": _environment(record),
        "program": {"path": record.argv[0], **describe_file(os.path.join(folder, record.argv[0]))},
        "versions": _versions(record),
        "inputs": inputs,
        "outputs": outputs,
    }


def describe_file(path: str) -> dict[str, Any]:
    """Size and time of a file; nothing if it is not there."""
    try:
        status = os.stat(path)
    except OSError:
        return {}
    return {"size": status.st_size, "modified": _iso(status.st_mtime)}


def _files(record: Record, folder: str, ended: bool) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    descriptor, invocation = record.descriptor, record.invocation
    intake = Intake(descriptor, invocation, stdout=record.stdout, stderr=record.stderr, folder=folder)
    written = [os.path.abspath(path) for path in intake.output_files()] if ended else []
    named = named_files.find_files(descriptor, invocation.values, invocation.words, folder)
    inputs: list[dict[str, Any]] = []
    outputs: list[dict[str, Any]] = []
    for name, stream in (("stdout", record.stdout), ("stderr", record.stderr)):
        if len(stream):
            outputs.append({"stream": name, "size": len(stream)})
    given = {path: name for path, name in named.items() if path not in written}
    for path, name in [*given.items(), *((path, named.get(path, "")) for path in dict.fromkeys(written))]:
        if not named_files.is_regular(path):
            continue
        item = {"parameter": name} if name else {}
        item |= {"path": path, **describe_file(path)}
        is_new = record.started is not None and os.stat(path).st_mtime >= record.started
        (outputs if path in written or is_new else inputs).append(item)
    for parameter in descriptor.parameters:
        value: Any = invocation.values.get(parameter.name)
        for table in value if isinstance(value, list) else [value]:
            if is_table(table):
                inputs.append({"parameter": parameter.name, "table": list(table.colnames), "rows": len(table)})
    urls = named_files.find_urls(descriptor, invocation.values, invocation.words)
    return inputs + [{"url": url} for url in urls], outputs


def environment_of(
    descriptor: Descriptor, invocation: Invocation, added: Mapping[str, str], more: Iterable[str] = ()
) -> dict[str, str]:
    """What matters to a run of this process's environment (`more`: other names that do), and what is set for it."""
    names = (*ENVIRONMENT, *descriptor.reads_environment, *more)
    ours = {name: os.environ[name] for name in names if name in os.environ}
    ours.setdefault(TABLES_VARIABLE, TABLE_ROWS[0])
    return {**ours, **dict(descriptor.environment), **invocation.environment, **added}


def _environment(record: Record) -> dict[str, str]:
    """What was set for this run, and what matters to any; what is or may be a secret is left out."""
    hidden = {p.environment for p in record.descriptor.parameters if p.secret}
    added = dict(record.controls.env) if record.controls else {}
    added = {name: value for name, value in added.items() if not _SECRET.search(name)}
    found = environment_of(record.descriptor, record.invocation, added)
    return {name: value for name, value in found.items() if name not in hidden}


def _versions(record: Record) -> dict[str, str]:
    system = os.uname()
    found = {
        "voclient": locations.version(),
        "python": sys.version.split()[0],
        "system": f"{system.sysname} {system.release} {system.machine}",
    }
    descriptor = record.descriptor
    if descriptor.package and descriptor.place.file:
        from ..descriptors.loading import load_package_file

        with suppress(TaskError):
            found[descriptor.package] = load_package_file(
                os.path.join(os.path.dirname(descriptor.place.file), "package.yaml")
            ).version
    if descriptor.requires is not None and not record.host:
        from ..packages.requirements import require

        with suppress(TaskError, OSError):
            found["program"] = require(descriptor, record.controls.env if record.controls else None)
    return found


def _user() -> str:
    import pwd

    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())


def _plain(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)


def _iso(seconds: float | None) -> str | None:
    if seconds is None:
        return None
    from datetime import UTC, datetime

    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds")


def _digest_of_stream(stream: CapturedOutput) -> str:
    import hashlib

    with stream.open() as file:
        return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
