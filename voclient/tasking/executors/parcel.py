"""What travels to a worker, and back: a call as plain data, and the files it names when they travel with it.

A travelling call runs in a folder of its own. A relative name stays what it is, below that folder; any other is given
a place there. What comes back is put where the call would have put it here, if the call could have.
"""

from __future__ import annotations

import glob
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, NamedTuple

from ..calls.arguments import translate
from ..calls.controls import Controls
from ..calls.named_files import is_regular
from ..calls.staging import is_parquet
from ..descriptors.descriptor import Descriptor, Invocation, Parameter, Results
from ..errors import TaskParameterError
from ..running.outputs import fill_path, parameters_in
from ..running.process import open_bytes
from ..running.whole_file import WholeFile
from ..storage.fingerprints import boot_id

if TYPE_CHECKING:
    from ..running.dialogue import Answer

_TABLE = re.compile(r"/dev/fd/([0-9]+)")
_ELSEWHERE = ".voclient"
"""In the folder of a travelling call: what has no place below the caller's working directory."""


class Call(NamedTuple):
    """What a worker needs to know."""

    address: tuple[str, int]
    token: bytes
    origin: tuple[str, int]
    """The process that asks: its machine and its number."""
    descriptor: Descriptor
    """What is needed of it to find and start the program."""
    words: list[str]
    stdin: bytes | str | None
    environment: dict[str, str]
    tables: dict[int, bytes]
    """What the words call `/dev/fd/N`."""
    answers: tuple[Answer, ...]
    """What is typed at its prompts."""
    timeout: float | None
    folder: str
    """Where it runs, unless it is staged."""
    staged: bool = False
    files: tuple[tuple[str, bytes], ...] = ()
    """Names in its own folder, and contents."""
    folders: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    """Patterns of the files that travel back."""


class Unpacked(NamedTuple):
    """A call at its worker."""

    words: list[str]
    stdin: bytes | str | None
    descriptors: tuple[int, ...]
    folder: str


def this_process() -> tuple[str, int]:
    """Tells processes of all machines apart."""
    return boot_id(), os.getpid()


# At the caller.


class Landing:
    """Puts files that come back where the call would have put them.

    `homes` are the folders here of names that had to change; only what matches `patterns` is taken.
    """

    def __init__(self, folder: str, homes: dict[str, str], patterns: tuple[str, ...]) -> None:
        self._folder = folder
        self._homes = homes
        self._patterns = patterns
        self._file: WholeFile | None = None

    def begin(self, name: str) -> None:
        """A file comes. ValueError: nobody asked for it, or it would take the place of what is no file; OSError: it
        cannot be written."""
        parts = name.split("/")
        if not all(parts) or {".", ".."} & set(parts) or not self._depth(parts):
            raise ValueError(f"an output file {name!r} that was not asked for")
        top = "/".join(parts[:2])
        target = os.path.join(self._homes[top], *parts[2:]) if top in self._homes else os.path.join(self._folder, name)
        target = os.path.realpath(target)
        if os.path.exists(target) and not is_regular(target):
            raise ValueError(f"an output file {name!r} in the place of {target}, which is no file")
        self.drop()
        if len(parts) > self._depth(parts):
            os.makedirs(os.path.dirname(target), exist_ok=True)
        self._file = WholeFile(target)

    def _depth(self, parts: list[str]) -> int:
        """How many parts of a name are asked for; those after them are inside a folder that is. 0: it is not."""
        for pattern in self._patterns:
            wanted = pattern.split("/")
            if len(wanted) <= len(parts) and all(map(fnmatchcase, parts, wanted)):
                return len(wanted)
        return 0

    def write(self, data: bytes) -> None:
        if self._file is not None:
            self._file.write(data)

    def end(self) -> None:
        """It is complete."""
        file, self._file = self._file, None
        if file is not None:
            mask = os.umask(0)
            os.umask(mask)
            file.put_in_place(0o666 & ~mask)

    def drop(self) -> None:
        """Forget a file that did not come whole."""
        file, self._file = self._file, None
        if file is not None:
            file.drop()


def pack(
    descriptor: Descriptor,
    invocation: Invocation,
    *,
    environment: dict[str, str],
    folder: str,
    timeout: float | None,
    address: tuple[str, int],
    token: bytes,
    stage: bool,
) -> tuple[Call, Landing]:
    """Make a call portable.

    Parameters
    ----------
    descriptor, invocation
        The call. Tables it staged are read, not closed.
    environment : dict
        What is added to the worker's environment.
    folder : str
        Where it would run here.
    timeout : float or None
        Its time limit.
    address, token
        How the worker finds its way back.
    stage : bool
        Whether files travel.

    Returns
    -------
    tuple of Call and Landing
        What travels, and what receives the files that come back.

    Raises
    ------
    TaskParameterError
        A folder would have to travel.
    """
    tables = {number: _contents(number) for number in invocation.descriptors}
    words, stdin = invocation.words, invocation.stdin
    if isinstance(stdin, str):
        stdin = os.path.abspath(stdin)
    luggage = _Luggage(descriptor, folder)
    if stage:
        values = luggage.pack(invocation.values)
        if luggage.homes or isinstance(stdin, str):
            renamed = translate(descriptor, values, Controls(cwd=folder, env=environment))
            try:
                words, stdin = renamed.words, renamed.stdin
                tables = {number: _contents(number) for number in renamed.descriptors}
            finally:
                for number in renamed.descriptors:
                    os.close(number)
        luggage.outputs = tuple(_output_patterns(descriptor, values))
    program = descriptor.executable
    call = Call(
        address=address,
        token=token,
        origin=this_process(),
        descriptor=descriptor._replace(
            executable=os.path.abspath(program) if "/" in program else program,
            results=Results(),
            examples=(),
            description="",
            function=None,
        ),
        words=words,
        stdin=stdin,
        environment=environment,
        tables=tables,
        answers=invocation.answers,
        timeout=timeout,
        folder=folder,
        staged=stage,
        files=tuple(luggage.files.items()),
        folders=tuple(luggage.folders),
        outputs=luggage.outputs,
    )  # fmt: skip
    return call, Landing(folder, luggage.homes, luggage.outputs)


def _contents(number: int) -> bytes:
    size, pieces, offset = os.fstat(number).st_size, [], 0
    while offset < size and (piece := os.pread(number, size - offset, offset)):
        pieces.append(piece)
        offset += len(piece)
    return b"".join(pieces)


class _Luggage:
    """The files that a call names: what they are called in its own folder, and where their folders are here."""

    def __init__(self, descriptor: Descriptor, folder: str) -> None:
        self.descriptor = descriptor
        self.folder = folder
        self.files: dict[str, bytes] = {}
        self.folders: dict[str, None] = {}
        self.homes: dict[str, str] = {}
        self.outputs: tuple[str, ...] = ()

    def pack(self, values: dict[str, Any]) -> dict[str, Any]:
        """The values of the call, as they are to be called there."""
        named = self._named_by_outputs()
        result = dict(values)
        for parameter in self.descriptor.parameters:
            if parameter.type in ("path", "table") and parameter.name in values:
                value = values[parameter.name]
                known = parameter.name in named
                if isinstance(value, list):
                    result[parameter.name] = [self._pack(parameter, item, known) for item in value]
                else:
                    result[parameter.name] = self._pack(parameter, value, known)
        return result

    def _named_by_outputs(self) -> set[str]:
        return {name for section in self.descriptor.results.sections for name in parameters_in(section.path or "")}

    def _pack(self, parameter: Parameter, value: Any, is_output: bool) -> Any:
        if not isinstance(value, (str, os.PathLike)) or "://" in os.fspath(value):
            return value
        name = os.fspath(value)
        path = os.path.join(self.folder, name)
        if parameter.type == "table" and is_parquet(path):
            return value  # it is read here
        if not name or (os.path.exists(path) and not is_regular(path) and not os.path.isdir(path)):
            return value  # /dev/null is there as well
        if not is_output and os.path.isdir(path):
            raise TaskParameterError(
                f"{self.descriptor.task}: parameter {parameter.name!r}: {name!r} is a folder, and folders do not "
                "travel; run it where the worker shares this file system (stage=False)",
                task=self.descriptor.task, parameter=parameter.name, value=value,
            )  # fmt: skip
        there = name
        if os.path.isabs(name) or ".." in name.split("/"):
            place = f"{_ELSEWHERE}/{len(self.homes)}"
            there = f"{place}/{os.path.basename(os.path.normpath(path))}"
            self.homes[place] = os.path.dirname(os.path.normpath(path))
            self.folders[place] = None
        if is_regular(path):
            with open(path, "rb") as file:
                self.files[os.path.normpath(there)] = file.read()
        elif os.path.isdir(path):
            self.folders[there] = None
        if os.path.isdir(os.path.dirname(path)):
            self.folders[os.path.dirname(there) or "."] = None
        return there


def _output_patterns(descriptor: Descriptor, values: dict[str, Any]) -> Iterator[str]:
    """Patterns of the files a call is declared to write, below its own folder."""
    given = {parameter.name: parameter.default for parameter in descriptor.parameters} | values

    def value_of(name: str) -> list[str]:
        value = given.get(name)
        return [str(item) for item in (value if isinstance(value, list) else [value]) if item is not None]

    for section in descriptor.results.sections:
        for pattern in fill_path(section.path or "", value_of, section.strip, glob.escape) if section.path else ():
            pattern = os.path.normpath(pattern)
            if not os.path.isabs(pattern) and not pattern.startswith(".."):
                yield pattern


# At the worker.


def unpack(call: Call, stack: ExitStack) -> Unpacked:
    """Lay out what came; `stack` takes away the folder that is made for it."""
    numbers = {number: open_bytes(data) for number, data in call.tables.items()}

    def name(word: str) -> str:
        return _TABLE.sub(lambda found: f"/dev/fd/{numbers.get(int(found[1]), found[1])}", word)

    folder = call.folder
    if call.staged:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="voclient-", ignore_cleanup_errors=True))
        for place in call.folders:
            os.makedirs(os.path.join(folder, place), exist_ok=True)
        for file, data in call.files:
            os.makedirs(os.path.dirname(os.path.join(folder, file)), exist_ok=True)
            with open(os.path.join(folder, file), "xb") as written:
                written.write(data)
    stdin = call.stdin
    if isinstance(stdin, str):
        stdin = os.path.join(folder, name(stdin))
    return Unpacked([name(word) for word in call.words], stdin, tuple(numbers.values()), folder)


def find_outputs(call: Call, folder: str) -> Iterator[tuple[str, str]]:
    """Names and paths of the files that travel back."""
    found: set[str] = set()
    for pattern in call.outputs:
        for name in glob.glob(pattern, root_dir=folder):
            found.add(name)
            # Of a folder, all that is in it.
            for place, _, names in os.walk(os.path.join(folder, name)):
                found.update(os.path.relpath(os.path.join(place, inside), folder) for inside in names)
    for name in sorted(found):
        if is_regular(os.path.join(folder, name)):
            yield name, os.path.join(folder, name)
