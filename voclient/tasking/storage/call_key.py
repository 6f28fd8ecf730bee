"""What tells one call from another: the key of a cached run, and the files that it depends on."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ..calls import named_files
from ..packages.executables import find_executable
from ..results.intake import Intake
from .fingerprints import digest_of_file, stamp_of_file
from .provenance import environment_of

if TYPE_CHECKING:
    from ..running.run import Run
    from .store import Store

_FORMAT = 1
"""Goes up when what is kept changes."""
_EMPTY = hashlib.sha256(b"[]").hexdigest()
"""The digest of a folder in which there is nothing."""
_MANY_FILES = 10_000
_STAGED = re.compile(r"/dev/fd/(\d+)")


class Uncacheable(Exception):
    """A call whose outcome cannot be kept; the message says why."""


class CallKey:
    """The key of a call, and what it was made of; to be made before the run.

    It is a digest of all that a run depends on: the program's path and content, the words of its command line, the
    contents of the files they name, standard input, the working directory, the environment that matters, and the
    descriptor.
    """

    def __init__(self, run: Run, store: Store) -> None:
        descriptor, invocation, controls = run.descriptor, run.invocation, run.controls
        self._run = run
        self._store = store
        self.folder = os.path.abspath(controls.cwd or os.curdir)
        self.program, program_digest = self._find_program()
        intake = self.make_intake()
        outputs = {os.path.abspath(path) for path in intake.output_names()}
        named = named_files.find_files(descriptor, invocation.values, invocation.words, self.folder)
        folders = {os.path.abspath(path) for path in intake.output_folders()}
        self.to_make = {path for path in folders if not os.path.exists(path)}
        """Folders of output that the program makes."""
        inputs = [path for path in named if path not in outputs and path not in self.to_make]
        self._inputs = {path: stamp_of_file(path) for path in inputs}
        self._contents = self.digests(inputs)
        self.before = self.digests(intake.output_files())
        asked = {
            "format": _FORMAT,
            "program": [self.program, program_digest],
            "words": [self._replace_staged(word) for word in invocation.words],
            # A folder for output is as good as none while there is nothing else in it.
            "files": sorted(item for item in self._contents.items() if item[0] not in folders or item[1] != _EMPTY),
            "stdin": self._describe_stdin(),
            "answers": invocation.answers,
            "folder": self.folder,
            "environment": sorted(self._environment().items()),
            "values": run.record.parameters,
            "descriptor": _content(descriptor),
            "executor": "local" if controls.executor is None else type(controls.executor).__name__,
        }
        text = json.dumps(asked, sort_keys=True, default=repr)
        self.key = f"run:{hashlib.sha256(text.encode('ascii')).hexdigest()}"

    def _find_program(self) -> tuple[str, str]:
        added = {**dict(self._run.descriptor.environment), **self._run.controls.env}
        path = os.path.abspath(find_executable(self._run.descriptor, added))
        digest = self._store.digests([os.path.realpath(path)])[os.path.realpath(path)]
        if digest is None:
            raise Uncacheable(f"{path} cannot be read")
        return path, digest

    def _environment(self) -> dict[str, str]:
        run = self._run
        more = os.environ.get("VOCLIENT_CACHE_ENVIRONMENT", "").replace(",", " ").split()
        return environment_of(run.descriptor, run.invocation, run.controls.env, more)

    def _replace_staged(self, word: str) -> str:
        """A word, with the digests of tables in memory instead of the numbers they have in this call."""

        def digest(found: re.Match[str]) -> str:
            number = int(found[1])
            if number not in self._run.invocation.descriptors:
                raise Uncacheable(f"{found[0]} may have any content")
            # No word has a NUL: this is like none that a user may give.
            return f"\0{digest_of_file(found[0])}"

        return _STAGED.sub(digest, word)

    def _describe_stdin(self) -> list[str] | None:
        stdin = self._run.invocation.stdin
        if stdin is None:
            return None
        if isinstance(stdin, bytes):
            return ["bytes", hashlib.sha256(stdin).hexdigest()]
        if _STAGED.match(stdin):
            return ["table", self._replace_staged(stdin)]
        path = os.path.join(self.folder, stdin)
        return ["bytes", *self.digests([path]).values()]

    def digests(self, paths: list[str]) -> dict[str, str]:
        """Digests of what is there; for a folder, of all in it but output."""
        files: list[str] = []
        folders: dict[str, list[str]] = {}
        for path in dict.fromkeys(map(os.path.abspath, paths)):
            if os.path.isdir(path):
                intake = self.make_intake()
                outputs = {os.path.abspath(file) for file in (*intake.output_names(), *intake.output_files())}
                folders[path] = [file for file in _walk(path) if file not in outputs]
            elif named_files.is_regular(path):
                files.append(path)
            elif os.path.exists(path) and path != os.devnull:
                raise Uncacheable(f"{path} is neither file nor folder")
        asked = [*files, *(file for inside in folders.values() for file in inside)]
        if len(asked) > _MANY_FILES:
            raise Uncacheable(f"it names more than {_MANY_FILES} files")
        known = self._store.digests(asked)
        if unreadable := [path for path, digest in known.items() if digest is None]:
            raise Uncacheable(f"{unreadable[0]} cannot be read")
        result = {path: str(known[path]) for path in files}
        for path, inside in folders.items():
            listed = json.dumps([(os.path.relpath(file, path), known[file]) for file in inside])
            result[path] = hashlib.sha256(listed.encode("ascii")).hexdigest()
        return result

    def make_intake(self) -> Intake:
        """It tells where output goes."""
        run, record = self._run, self._run.record
        return Intake(run.descriptor, run.invocation, stdout=record.stdout, stderr=record.stderr, folder=self.folder)

    def changed_files(self) -> list[str]:
        """Files that were not there before, under names that were not known to be of output."""
        new = []
        for path, stamp in self._inputs.items():
            now = stamp_of_file(path)
            if stamp is not None and os.path.isdir(path):
                # Output in it has changed its own times.
                now = stamp if self.digests([path]).get(path) == self._contents.get(path) else None
            if stamp is None and now is not None:
                new.append(path)
            elif now != stamp:
                raise Uncacheable(f"{path} was changed meanwhile")
        known = {*self._inputs, *self.to_make, *map(os.path.abspath, self.make_intake().output_names())}
        run = self._run
        found = named_files.find_files(run.descriptor, run.invocation.values, run.invocation.words, self.folder)
        return [*new, *(path for path in found if path not in known)]


def _content(descriptor: Any) -> dict[str, Any]:
    """What a descriptor says, wherever it lies."""
    from ..descriptors.descriptor import as_dict

    said: dict[str, Any] = as_dict(descriptor)
    return {name: value for name, value in said.items() if name not in ("place", "examples", "bindir")}


def _walk(folder: str) -> Iterator[str]:
    """Files in a folder, in order."""
    count = 0
    for place, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            count += 1
            if count > _MANY_FILES:
                raise Uncacheable(f"there are more than {_MANY_FILES} files in {folder}")
            if named_files.is_regular(path := os.path.join(place, name)):
                yield path
