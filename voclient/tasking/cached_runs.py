"""Runs with `cache=`: an earlier run of the same call, if the cache has one, stands for this one.

The key is a digest of all that a run depends on: the program's path and content, the words of its command line, the
contents of the files they name, standard input, the working directory, the environment that matters, and the
descriptor. What is kept are the bytes that came: standard output and error, the OPset channel, and files written.
They are read again as if the program had just said them, so there is no second way to make a result, and nothing
in the cache is ever executed.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from . import cache, named_files
from .capture import IN_MEMORY, CapturedOutput
from .errors import CacheError, TaskError, TaskParameterError
from .executables import find_executable
from .fingerprints import digest_of_file, stamp_of_file
from .log import debug
from .provenance import ENVIRONMENT, Provenance, gather
from .record import Status
from .results.intake import Intake

if TYPE_CHECKING:
    from .results import Event
    from .run import Run
    from .store import Entry, Store

_FORMAT = 1
"""Goes up when what is kept changes."""
_EMPTY = hashlib.sha256(b"[]").hexdigest()
"""The digest of a folder in which there is nothing."""
_MANY_FILES = 10_000
_PIECE = 1 << 18
_STAGED = re.compile(r"/dev/fd/(\d+)")


class Uncacheable(Exception):
    """A call whose outcome cannot be kept; the message says why."""


class CachedRun:
    """The cache's part in one run: its key, and the files it depends on, as they were before it."""

    def __init__(self, run: Run) -> None:
        descriptor, invocation, controls = run.descriptor, run.invocation, run.controls
        self._run = run
        self._store: Store = cache.open_store()
        self._folder = os.path.abspath(controls.cwd or os.curdir)
        self._program, program_digest = self._find_program()
        intake = self._make_intake()
        outputs = {os.path.abspath(path) for path in intake.output_names()}
        named = named_files.find_files(descriptor, invocation.values, invocation.words, self._folder)
        folders = {os.path.abspath(path) for path in intake.output_folders()}
        self._to_make = {path for path in folders if not os.path.exists(path)}
        """Folders of output that the program makes."""
        inputs = [path for path in named if path not in outputs and path not in self._to_make]
        self._inputs = {path: stamp_of_file(path) for path in inputs}
        self._contents = self._digests(inputs)
        self._before = self._digests(intake.output_files())
        asked = {
            "format": _FORMAT,
            "program": [self._program, program_digest],
            "words": [self._replace_staged(word) for word in invocation.words],
            # A folder for output is as good as none while there is nothing else in it.
            "files": sorted(item for item in self._contents.items() if item[0] not in folders or item[1] != _EMPTY),
            "stdin": self._describe_stdin(),
            "answers": invocation.answers,
            "folder": self._folder,
            "environment": sorted(self._environment().items()),
            "values": run.record.parameters,
            "descriptor": _content(descriptor),
            "executor": "local" if controls.executor is None else type(controls.executor).__name__,
        }
        text = json.dumps(asked, sort_keys=True, default=repr)
        self.key = f"run:{hashlib.sha256(text.encode('ascii')).hexdigest()}"

    # What it depends on.

    def _find_program(self) -> tuple[str, str]:
        added = {**dict(self._run.descriptor.environment), **self._run.controls.env}
        path = os.path.abspath(find_executable(self._run.descriptor, {**os.environ, **added}))
        digest = self._store.digests([os.path.realpath(path)])[os.path.realpath(path)]
        if digest is None:
            raise Uncacheable(f"{path} cannot be read")
        return path, digest

    def _environment(self) -> dict[str, str]:
        run = self._run
        names = [*ENVIRONMENT, *run.descriptor.reads_environment]
        names += os.environ.get("VOCLIENT_CACHE_ENVIRONMENT", "").replace(",", " ").split()
        given = {name: os.environ[name] for name in names if name in os.environ}
        return given | dict(run.descriptor.environment) | run.invocation.environment | dict(run.controls.env)

    def _replace_staged(self, word: str) -> str:
        """A word, with the digests of tables in memory instead of the numbers they have in this call."""

        def digest(found: re.Match[str]) -> str:
            number = int(found[1])
            if number not in self._run.invocation.descriptors:
                raise Uncacheable(f"{found[0]} may have any content")
            # No word has a NUL: this is like none that a user may give.
            return f"\0{_digest_of_descriptor(number)}"

        return _STAGED.sub(digest, word)

    def _describe_stdin(self) -> list[str] | None:
        stdin = self._run.invocation.stdin
        if stdin is None:
            return None
        if isinstance(stdin, bytes):
            return ["bytes", hashlib.sha256(stdin).hexdigest()]
        if _STAGED.match(stdin):
            return ["table", self._replace_staged(stdin)]
        path = os.path.join(self._folder, stdin)
        return ["bytes", *self._digests([path]).values()]

    def _digests(self, paths: list[str]) -> dict[str, str]:
        """Digests of what is there; for a folder, of all in it but output."""
        files, folders = [], {}
        for path in dict.fromkeys(map(os.path.abspath, paths)):
            if os.path.isdir(path):
                intake = self._make_intake()
                outputs = {os.path.abspath(file) for file in (*intake.output_names(), *intake.output_files())}
                folders[path] = [file for file in _walk(path) if file not in outputs]
                files += folders[path]
            elif named_files.is_regular(path):
                files.append(path)
            elif os.path.exists(path) and path != os.devnull:
                raise Uncacheable(f"{path} is neither file nor folder")
        if len(files) > _MANY_FILES:
            raise Uncacheable(f"it names more than {_MANY_FILES} files")
        known = self._store.digests(files)
        if unreadable := [path for path, digest in known.items() if digest is None]:
            raise Uncacheable(f"{unreadable[0]} cannot be read")
        result = {path: str(known[path]) for path in files if not folders or path in paths}
        for path, inside in folders.items():
            listed = json.dumps([(os.path.relpath(file, path), known[file]) for file in inside])
            result[path] = hashlib.sha256(listed.encode("ascii")).hexdigest()
        return result

    # An earlier run.

    def replay(self) -> None:
        """Let an earlier run stand for this one, if there is one that can."""
        entry = self._store.get(self.key)
        run = self._run
        if entry is None or not self._is_young(entry) or not self._may_restore(entry):
            return
        captured: dict[str, CapturedOutput] = {}
        try:
            for name in ("channel", "stdout", "stderr"):
                captured[name] = self._capture(entry, name)
            self._restore(entry)
        except OSError as error:
            debug("%s: not from the cache: %s", run.descriptor.task, error)
            for capture in captured.values():
                capture.close()
            return
        record, info = run.record, entry.info
        record.stdout, record.stderr = captured["stdout"], captured["stderr"]
        record.cached = time.time()
        record.facts = info["facts"]
        intake = self._make_intake()
        run.begin_replay([self._program, *run.invocation.words], info["started"])
        feeds = {"channel": intake.feed_channel, "stdout": intake.feed_stdout, "stderr": intake.feed_stderr}
        try:
            for name, feed in feeds.items():
                with captured[name].open() as file:
                    while piece := file.read(_PIECE):
                        run.take(feed(piece))
            run.end_replay(intake, info["returncode"], info["elapsed"])
        except BaseException:
            run.give_up(Status.ABORTED, "interrupted")
            raise
        finally:
            captured["channel"].close()
        debug("%s: from the cache, a run of %s", run.descriptor.task, time.ctime(info["started"]))

    def _is_young(self, entry: Entry) -> bool:
        wanted = self._run.controls.cache
        return wanted is True or (not isinstance(wanted, str) and time.time() - entry.created <= wanted)

    def _may_restore(self, entry: Entry) -> bool:
        """Whether what stands where files were written is what stood there before, or what was written then."""
        outputs = {output["path"]: output for output in entry.info["outputs"]}
        for path in {*outputs, *self._before}:
            output = outputs.get(path)
            if output is None:
                return False
            there = self._before.get(path) or digest_of_file(path)
            written = entry.files.get(output["name"], output["before"])
            if there != output["before"] and (there != written or output["before"] not in (None, written)):
                return False
        return True

    def _capture(self, entry: Entry, name: str) -> CapturedOutput:
        digest = entry.files.get(name)
        if digest is None:
            return CapturedOutput()
        capture = CapturedOutput.of_file(self._store.path(digest))
        if len(capture) > IN_MEMORY:
            return capture
        try:
            return CapturedOutput(capture.read())
        finally:
            capture.close()

    def _restore(self, entry: Entry) -> None:
        """Write the files again that are not as they were written; each appears when it is complete."""
        import shutil
        import tempfile

        for output in entry.info["outputs"]:
            digest = entry.files.get(output["name"])
            path = os.path.realpath(output["path"])
            if digest is None or digest_of_file(path) == digest:
                continue
            if output["make_folder"]:
                os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(self._store.path(digest), "rb") as source:
                number, draft = tempfile.mkstemp(dir=os.path.dirname(path), prefix=".voclient-")
                try:
                    with open(number, "wb") as target:
                        shutil.copyfileobj(source, target, _PIECE)
                        os.fchmod(number, output["mode"])
                    os.replace(draft, path)
                except BaseException:
                    with suppress(FileNotFoundError):
                        os.unlink(draft)
                    raise

    # This run.

    def make_intake(self) -> Intake:
        """Reads what this run prints, and keeps what is said on the channel."""
        self._channel = CapturedOutput()
        return self._make_intake(self._channel)

    def _make_intake(self, channel: CapturedOutput | None = None) -> Intake:
        run, record = self._run, self._run.record
        return _RecordingIntake(
            run.descriptor, run.invocation, stdout=record.stdout, stderr=record.stderr, folder=self._folder,
            channel=channel,
        )  # fmt: skip

    def keep(self, code: int, done: Callable[[], None]) -> None:
        """Put the outcome of this run, a success, into the cache; then call `done`. An asynchronous run's pump, which
        has others to move, does not wait for that."""
        run = self._run
        if run.controls.async_ and run.pump is not None:
            post = partial(run.pump.post, done)
            threading.Thread(target=self._keep, args=(code, post), name="voclient-cache").start()
        else:
            self._keep(code, done)

    def _keep(self, code: int, done: Callable[[], None]) -> None:
        run = self._run
        try:
            self._put(code)
        except CacheError as error:
            warn(error)
        except (OSError, Uncacheable) as error:
            debug("%s: not kept: %s", run.descriptor.task, error)
        finally:
            self._channel.close()
            done()

    def _put(self, code: int) -> None:
        run, record = self._run, self._run.record
        written = self._changed_files()
        after = self._digests([*self._make_intake().output_files(), *written])
        outputs: list[dict[str, Any]] = []
        files: dict[str, Any] = {}
        for path, digest in after.items():
            if os.path.isdir(path):
                raise Uncacheable(f"{path} is a folder")
            before = self._before.get(path)
            name = f"output {len(outputs)}"
            made = os.path.dirname(path) in self._to_make
            mode = os.stat(path).st_mode & 0o777
            outputs.append({"path": path, "name": name, "before": before, "mode": mode, "make_folder": made})
            if digest != before:
                files[name] = path
        streams = {"stdout": record.stdout, "stderr": record.stderr, "channel": self._channel}
        opened = [stream.open() for stream in streams.values()]
        try:
            files |= {name: file for name, file in zip(streams, opened, strict=True) if len(streams[name])}
            began = record.began if record.began is not None else time.monotonic()
            task = f"{run.descriptor.package}.{run.descriptor.task}".lstrip(".")
            info = {
                "title": _command(record.argv), "task": task, "argv": record.argv, "cwd": self._folder,
                "returncode": code, "started": record.started, "elapsed": (record.ended or began) - began,
                "outputs": outputs, "facts": self._facts(code),
            }  # fmt: skip
            self._store.put(self.key, files, kind="run", info=info)
        finally:
            for file in opened:
                file.close()

    def _facts(self, code: int) -> dict[str, Any]:
        """The provenance of this run, with all digests."""
        record = self._run.record
        facts = gather(record) | {"status": Status.SUCCESS.name, "returncode": code}
        return {**Provenance(facts, {"stdout": record.stdout, "stderr": record.stderr})}

    def _changed_files(self) -> list[str]:
        """Files that were not there before, under names that were not known to be of output."""
        new = []
        for path, stamp in self._inputs.items():
            now = stamp_of_file(path)
            if stamp is not None and os.path.isdir(path):
                # Output in it has changed its own times.
                now = stamp if self._digests([path]).get(path) == self._contents.get(path) else None
            if stamp is None and now is not None:
                new.append(path)
            elif now != stamp:
                raise Uncacheable(f"{path} was changed meanwhile")
        known = {*self._inputs, *self._to_make, *map(os.path.abspath, self._make_intake().output_names())}
        run = self._run
        found = named_files.find_files(run.descriptor, run.invocation.values, run.invocation.words, self._folder)
        return [*new, *(path for path in found if path not in known)]


class _RecordingIntake(Intake):
    """Keeps a copy of what comes on the channel."""

    def __init__(self, *arguments: Any, channel: CapturedOutput | None, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._kept = channel

    def feed_channel(self, data: bytes) -> Iterator[Event]:
        if self._kept is not None:
            self._kept.write(data)
        return super().feed_channel(data)


def recall(run: Run) -> CachedRun | None:
    """Ask the cache for an earlier run like this one, and let it stand for it (`run.ended`); else the one who is to
    keep this run, or None if it is not to be kept.

    Raises
    ------
    TaskParameterError
        The call names a URL, and no age is given.
    """
    if run.controls.cache is True:
        urls = named_files.find_urls(run.descriptor, run.invocation.values, run.invocation.words)
        if urls:
            task = run.descriptor.task
            raise TaskParameterError(
                f"{task}: cache=True: what {urls[0]} gives may change; say for how long it is good: cache='1d'",
                task=task, parameter="cache", value=True,
            )  # fmt: skip
    try:
        if cache.limit() == 0:
            return None
        cached = CachedRun(run)
        cached.replay()
        return cached
    except CacheError as error:
        warn(error)
    except (OSError, TaskError, Uncacheable) as error:
        # What is missing will be told by the run itself.
        debug("%s: without the cache: %s", run.descriptor.task, error)
    return None


def warn(error: CacheError) -> None:
    """Say, once for each cause, that runs are made without the cache."""
    text = f"{error}; runs are made without the cache"
    if text not in _warned:
        _warned.add(text)
        warnings.warn(text, RuntimeWarning, stacklevel=2)


_warned: set[str] = set()


def _content(descriptor: Any) -> dict[str, Any]:
    """What a descriptor says, wherever it lies."""
    from .descriptor import as_dict

    said: dict[str, Any] = as_dict(descriptor)
    return {name: value for name, value in said.items() if name not in ("place", "examples", "bindir")}


def _command(argv: list[str]) -> str:
    import shlex

    return shlex.join([os.path.basename(argv[0]), *argv[1:]])


def _digest_of_descriptor(number: int) -> str:
    digest, offset = hashlib.sha256(), 0
    while piece := os.pread(number, _PIECE, offset):
        digest.update(piece)
        offset += len(piece)
    return digest.hexdigest()


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
