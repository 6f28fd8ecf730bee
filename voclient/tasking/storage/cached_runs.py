"""Runs with `cache=`: an earlier run of the same call, if the cache has one, stands for this one.

What is kept are the bytes that came: standard output and error, the OPset channel, and files written.
They are read again as if the program had just said them, so there is no second way to make a result, and nothing
in the cache is ever executed.
"""

from __future__ import annotations

import os
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from ..calls import named_files
from ..errors import CacheError, TaskError, TaskParameterError
from ..log import debug
from ..results.intake import Intake
from ..running.capture import IN_MEMORY, CapturedOutput
from ..running.record import Status
from . import cache
from .call_key import CallKey, Uncacheable
from .fingerprints import digest_of_file
from .provenance import Provenance, gather

if TYPE_CHECKING:
    from ..results import Event
    from ..running.run import Run
    from .store import Entry, Store

_PIECE = 1 << 18


class CachedRun:
    """The cache's part in one run: an earlier one in its place, or its outcome kept."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._store: Store = cache.open_store()
        self._call = CallKey(run, self._store)
        self.key = self._call.key

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
        intake = self._call.make_intake()
        run.begin_replay([self._call.program, *run.invocation.words], info["started"])
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
        for path in {*outputs, *self._call.before}:
            output = outputs.get(path)
            if output is None:
                return False
            there = self._call.before.get(path) or digest_of_file(path)
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

        from ..running.whole_file import WholeFile

        for output in entry.info["outputs"]:
            digest = entry.files.get(output["name"])
            path = os.path.realpath(output["path"])
            if digest is None or digest_of_file(path) == digest:
                continue
            if output["make_folder"]:
                os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(self._store.path(digest), "rb") as source:
                target = WholeFile(path)
                try:
                    shutil.copyfileobj(source, target, _PIECE)
                    target.put_in_place(output["mode"])
                finally:
                    target.drop()

    # This run.

    def make_intake(self) -> Intake:
        """Reads what this run prints, and keeps what is said on the channel."""
        self._channel = CapturedOutput()
        run, record = self._run, self._run.record
        return _RecordingIntake(
            run.descriptor, run.invocation, stdout=record.stdout, stderr=record.stderr, folder=self._call.folder,
            channel=self._channel,
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
            self._complain(warn, error)
        except (OSError, Uncacheable) as error:
            self._complain(warn_uncacheable, run.descriptor.task, error)
        finally:
            self._channel.close()
            done()

    def _complain(self, warning: Callable[..., None], *arguments: object) -> None:
        """Where warnings are errors: the run has succeeded, and no thread of its own may end by them."""
        with suppress(RuntimeWarning):
            warning(*arguments)

    def _put(self, code: int) -> None:
        record = self._run.record
        written = self._call.changed_files()
        after = self._call.digests([*self._call.make_intake().output_files(), *written])
        outputs: list[dict[str, Any]] = []
        files: dict[str, Any] = {}
        for path, digest in after.items():
            if os.path.isdir(path):
                raise Uncacheable(f"{path} is a folder")
            before = self._call.before.get(path)
            name = f"output {len(outputs)}"
            made = os.path.dirname(path) in self._call.to_make
            mode = os.stat(path).st_mode & 0o777
            outputs.append({"path": path, "name": name, "before": before, "mode": mode, "make_folder": made})
            if digest != before:
                files[name] = path
        streams = {"stdout": record.stdout, "stderr": record.stderr, "channel": self._channel}
        opened = [stream.open() for stream in streams.values()]
        try:
            files |= {name: file for name, file in zip(streams, opened, strict=True) if len(streams[name])}
            began = record.began if record.began is not None else time.monotonic()
            facts = self._facts(code)
            info = {
                "title": facts["command"], "task": facts["task"], "argv": record.argv, "cwd": self._call.folder,
                "returncode": code, "started": record.started, "elapsed": (record.ended or began) - began,
                "outputs": outputs, "facts": facts,
            }  # fmt: skip
            if self._store.put(self.key, files, kind="run", info=info) is None:
                raise Uncacheable(f"it is larger than the cache {self._store.folder} may be; set VOCLIENT_CACHE_SIZE")
        finally:
            for file in opened:
                file.close()

    def _facts(self, code: int) -> dict[str, Any]:
        """The provenance of this run, with all digests."""
        record = self._run.record
        facts = gather(record) | {"status": Status.SUCCESS.name, "returncode": code}
        return {**Provenance(facts, {"stdout": record.stdout, "stderr": record.stderr})}


class _RecordingIntake(Intake):
    """Keeps a copy of what comes on the channel."""

    def __init__(self, *arguments: Any, channel: CapturedOutput, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._channel_kept = channel

    def feed_channel(self, data: bytes) -> Iterator[Event]:
        self._channel_kept.write(data)
        return super().feed_channel(data)


def recall(run: Run) -> CachedRun | None:
    """Ask the cache for an earlier run like this one, and let it stand for it (`run.ended`); else the one who is to
    keep this run, or None if it is not to be kept.

    Raises
    ------
    TaskParameterError
        The call names a URL, or its task is volatile, and no age is given.
    """
    task = run.descriptor.task
    if run.controls.cache is True:
        urls = named_files.find_urls(run.descriptor, run.invocation.values, run.invocation.words)
        if urls or run.descriptor.volatile:
            raise TaskParameterError(
                f"{task}: cache=True: what {urls[0] if urls else 'it'} gives may change; "
                "say for how long it is good: cache='1d' (--cache=1d)",
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
    except Uncacheable as error:
        warn_uncacheable(task, error)
    except (OSError, TaskError) as error:
        # What is missing will be told by the run itself.
        debug("%s: without the cache: %s", task, error)
    return None


def warn(error: CacheError) -> None:
    """Say, once for each cause, that runs are made without the cache."""
    _warn_once(str(error), f"{error}; runs are made without the cache")


def warn_uncacheable(task: str, reason: object) -> None:
    """Say, once for each task, that a run was not kept though that was asked for."""
    debug("%s: not kept: %s", task, reason)
    _warn_once(task, f"{task}: cache: not kept: {reason} (said once; VOCLIENT_DEBUG=1 tells of each run)")


def _warn_once(cause: str, text: str) -> None:
    if cause not in _warned:
        _warned.add(cause)
        warnings.warn(text, RuntimeWarning, stacklevel=2)


_warned: set[str] = set()
