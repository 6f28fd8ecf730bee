"""The portable form of a finished run: plain data beside its captured output. What is stored and shipped is this."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..descriptors.descriptor import Invocation
from ..results import Progress
from ..results.contents import ArrayReference
from ..results.references import (
    FileCapture,
    FitsReference,
    InlineTable,
    ListReference,
    PathReference,
    Reference,
    TableReference,
    TextReference,
)  # fmt: skip
from .record import Record, Status

if TYPE_CHECKING:
    from ..descriptors.descriptor import Descriptor
    from ..results import Capture
    from .capture import CapturedOutput

VERSION = 1


def pack(record: Record) -> dict[str, Any]:
    """Everything about a finished run but its descriptor and what was captured, as plain data.

    To ship a run, send `record.descriptor`, this dict, `record.stdout` and `record.stderr`, or simply pickle the
    record or its OPset, which does just that. To store it, write this dict (as JSON, if the user has set or given no
    values of other kinds) and copy `record.stdout.open()` and `record.stderr.open()` into files; read back, these are
    `CapturedOutput.of_file(path)`:

        state = pack(record)
        result = OPset.of(unpack(state, descriptor, stdout=CapturedOutput.of_file("out"), stderr=CapturedOutput()))

    Values are None, bool, int, float (also not finite), str, lists and dicts of these; tables and texts are references
    to captured output or to a file by its absolute path, and are opened when they are asked for. Files themselves are
    not part of it: who moves a run to where they are not, brings them along.

    Raises
    ------
    TypeError
        The run has not ended.
    """
    task = record.descriptor.task
    if not record.finished:
        raise TypeError(f"{task}: a run that has not ended cannot be pickled or copied")
    from ..storage.provenance import gather

    with record.changed:
        contents = record.contents.state()
    values = contents.pop("values")
    references = {key: value for key, value in values.items() if isinstance(value, Reference)}
    return {
        "version": VERSION,
        "task": task,
        "parameters": dict(record.parameters),
        "argv": list(record.argv),
        "host": record.host,
        "status": record.status.name,
        "message": record.message,
        "failure": record.failure,
        "returncode": record.returncode,
        "started": record.started,
        "elapsed": record.elapsed,
        "cached": record.cached,
        "facts": record.facts or gather(record),
        "progress": [record.progress.fraction, record.progress.text],
        "values": {key: value for key, value in values.items() if key not in references},
        "references": {key: _pack_reference(value, record) for key, value in references.items()},
        **contents,
    }


def unpack(state: dict[str, Any], descriptor: Descriptor, *, stdout: CapturedOutput, stderr: CapturedOutput) -> Record:
    """The record that `pack` described, with its captured output; the record closes that.

    Raises
    ------
    ValueError
        It was packed by a version of VOClient that does it otherwise, or of another task.
    """
    if state.get("version") != VERSION:
        raise ValueError(f"a packed run of version {state.get('version')!r}, known is {VERSION}")
    if state["task"] != descriptor.task:
        raise ValueError(f"a packed run of {state['task']}, not of {descriptor.task}")
    record = Record(descriptor, Invocation(descriptor.executable, [], many=state["many"]))
    record.parameters = dict(state["parameters"])
    record.argv = list(state["argv"])
    record.host = state["host"]
    record.phase = "ended"
    record.message = state["message"]
    record.failure = state["failure"]
    record.returncode = state["returncode"]
    record.started = state["started"]
    if state["elapsed"] is not None:
        record.began, record.ended = 0.0, state["elapsed"]
    record.cached = state["cached"]
    record.facts = state["facts"]
    record.progress = Progress(*state["progress"])
    record.stdout, record.stderr = stdout, stderr
    references = {key: _unpack_reference(value, record) for key, value in state["references"].items()}
    record.contents.restore({**state, "values": {**state["values"], **references}})
    record.status = Status[state["status"]]
    return record


def _pack_reference(reference: Reference, record: Record) -> list[Any]:
    if isinstance(reference, ListReference):
        return ["list", [_pack_reference(each, record) for each in reference.references]]
    if isinstance(reference, PathReference):
        return ["path", reference.place]
    if isinstance(reference, InlineTable):
        return ["inline", reference.text]
    if isinstance(reference, ArrayReference):
        return ["array", reference.key, reference.values, reference.line]
    if isinstance(reference, TextReference):
        return ["text", _pack_capture(reference.capture, record)]
    if isinstance(reference, FitsReference):
        return ["fits", _pack_capture(reference.capture, record)]
    if isinstance(reference, TableReference):
        section = record.descriptor.results.sections.index(reference.section)
        return ["table", _pack_capture(reference.capture, record), section, reference.format]
    raise TypeError(f"{record.descriptor.task}: cannot pack {type(reference).__name__}")


def _unpack_reference(data: list[Any], record: Record) -> Reference:
    kind, source, *more = data
    if kind == "list":
        return ListReference([_unpack_reference(each, record) for each in source])
    if kind == "path":
        return PathReference(source)
    if kind == "inline":
        return InlineTable(source)
    if kind == "array":
        return ArrayReference(source, *more)
    if kind == "text":
        return TextReference(_unpack_capture(source, record))
    if kind == "fits":
        return FitsReference(_unpack_capture(source, record))
    section, format = more
    return TableReference(_unpack_capture(source, record), record.descriptor.results.sections[section], format)


def _pack_capture(capture: Capture, record: Record) -> list[str]:
    if isinstance(capture, FileCapture):
        return ["file", capture.path]
    return ["stdout" if capture is record.stdout else "stderr"]


def _unpack_capture(data: list[str], record: Record) -> Capture:
    where, *path = data
    return FileCapture(path[0]) if where == "file" else record.stdout if where == "stdout" else record.stderr
