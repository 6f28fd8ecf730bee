"""All output of one run: which stream or file gives which keys, and when the OPset channel takes over."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from ..errors import ResultError
from ..running.outputs import fill_path, is_pattern
from . import Item, open_parser
from .contents import declared_keys

if TYPE_CHECKING:
    from ..descriptors.descriptor import Descriptor, Invocation, Section
    from . import Capture, Event, Parser
    from .channel import ChannelParser
    from .references import FileCapture, Reference

_BY_PARAMETER = re.compile(r"\{(\w+)\}")
_PIECE_BYTES = 1 << 18


class Intake:
    """Feed it the bytes of each stream as they arrive, the channel's before those of stdout.

    Once the channel has said `{"opset": 1}`, plain keys come from it alone. Every method may raise `ResultError`,
    after the events before the error were given; that part of the output is then no longer parsed, the others are.
    """

    def __init__(
        self, descriptor: Descriptor, invocation: Invocation, *, stdout: Capture, stderr: Capture, folder: str
    ) -> None:
        """`folder` is where the program runs: relative names of output files start there."""
        self._results = descriptor.results
        self._descriptor = descriptor
        self._values = invocation.values
        self._folder = folder
        self._captures = {"stdout": stdout, "stderr": stderr}
        self._sections = {
            "stdout": self._first_that_applies(self._results.stdout, *self._results.alternatives),
            "stderr": self._first_that_applies(self._results.stderr),
        }
        self._parsers: dict[str, Parser | None] = {}
        self._channel: ChannelParser | None = None
        self._has_rows = False
        self._is_sound = True
        for name, section in self._sections.items():
            self._parsers[name] = open_parser(section, self._captures[name]) if section else None

    def _first_that_applies(self, *sections: Section | None) -> Section | None:
        return next((section for section in sections if section and self._applies(section)), None)

    def _applies(self, section: Section) -> bool:
        """Whether the section's condition, if it has one, holds for this call."""
        if not section.when:
            return True
        from ..descriptors.conditions import holds

        return holds(section.when, self._descriptor, self._values)

    @property
    def is_channel_on(self) -> bool:
        """Whether the program gives its keys on the OPset channel."""
        return self._channel is not None and self._channel.is_on

    def feed_channel(self, data: bytes) -> Iterator[Event]:
        """Bytes from the descriptor that VOCLIENT_OPSET_FD named."""
        if "channel" not in self._parsers:
            from .channel import ChannelParser

            self._channel = ChannelParser(declared_keys(self._descriptor), self._folder)
            self._parsers["channel"] = self._channel
        yield from self._ask("channel", lambda parser: parser.feed(data))

    def feed_stdout(self, data: bytes) -> Iterator[Event]:
        """Bytes of standard output."""
        if not self.is_channel_on:
            yield from self._ask("stdout", lambda parser: parser.feed(data))

    def feed_stderr(self, data: bytes) -> Iterator[Event]:
        """Bytes of standard error."""
        if not self.is_channel_on:
            yield from self._ask("stderr", lambda parser: parser.feed(data))

    def finish(self, success: bool) -> Iterator[Event]:
        """All streams have ended. References and output files are given for a run that succeeded only."""
        troubles: list[ResultError] = []
        names = ["channel"] if self.is_channel_on else ["channel", "stdout", "stderr"]
        for name in filter(self._parsers.get, names):
            yield from _kept(troubles, self._ask(name, lambda parser: parser.finish(success)))
        if success:
            for name, section in self._sections.items():
                if section:
                    yield from self._references(section, self._captures[name])
                if section and section.path:
                    yield from _kept(troubles, self._files(section))
            for section in filter(self._applies, self._results.files):
                yield from _kept(troubles, self._files(section))
            if self._is_sound:
                yield from self._no_rows()
        if troubles:
            raise troubles[0]

    def output_names(self) -> list[str]:
        """Where this call's output goes, as far as that is a name and no pattern."""
        found = [self._paths(section) for section in self._written()]
        return [path for paths, by_pattern in found if not by_pattern for path in paths]

    def output_files(self) -> list[str]:
        """What there is, now, under the names and patterns of this call's output."""
        return [path for section in self._written() for path in self._paths(section)[0] if os.path.exists(path)]

    def output_folders(self) -> list[str]:
        """The folders of this call's output, as far as they are named and no pattern."""
        folders: list[str] = []
        for section in self._written():
            named = re.split(r"[*?\[]", section.path or "")[0]
            names = fill_path(named, self._value, section.strip)
            folders += [os.path.join(self._folder, os.path.dirname(name)) for name in names]
        return folders

    def _written(self) -> list[Section]:
        """The sections that are files in this call."""
        sections = (*self._sections.values(), *filter(self._applies, self._results.files))
        return [section for section in sections if section and section.path]

    def _ask(self, name: str, question: Callable[[Parser], Iterator[Event]]) -> Iterator[Event]:
        parser = self._parsers.get(name)
        if parser is None:
            return
        try:
            for event in question(parser):
                self._has_rows = self._has_rows or (isinstance(event, Item) and event.rows)
                yield event
        except ResultError:
            self._parsers[name] = None
            self._is_sound = False
            raise

    def _no_rows(self) -> Iterator[Event]:
        """A success without rows has empty ones, so that `len(result["ra"])` is 0 and no KeyError."""
        stdout = self._sections["stdout"]
        if stdout and stdout.rows and not self._has_rows and stdout.format not in ("keyword", "json", "text"):
            from .rows import plain_keys

            names = [key.name for key in plain_keys(stdout)]
            if stdout.format == "lines":
                names.append(stdout.key or "lines")
            if names:
                yield Item({name: [] for name in names}, rows=True)

    def _value(self, name: str) -> list[str]:
        """What a parameter is in this call: given, or the tool's default; nothing if it is neither."""
        value = self._values.get(name)
        if value is None:
            value = next((known.default for known in self._descriptor.parameters if known.name == name), None)
        values = value if isinstance(value, list) else [value]
        return [str(item) for item in values if item is not None]

    def _references(self, section: Section, capture: Capture) -> Iterator[Event]:
        found = self._find(section, capture, None)
        if found:
            yield Item(dict(found))

    def _find(self, section: Section, capture: Capture, path: str | None) -> dict[str, Reference]:
        from .references import find_references, reference_keys

        if not reference_keys(section):
            return {}
        template = _BY_PARAMETER.fullmatch(section.format)
        format = "".join(self._value(template[1])[:1]) if template else section.format
        return find_references(section, format, capture, path)

    def _files(self, section: Section) -> Iterator[Event]:
        """The keys of the files a section names; a pattern (`*.fits`), or several names, gives lists of references."""
        from .references import FileCapture, ListReference, reference_keys

        names, by_pattern = self._paths(section)
        missing = [name for name in names if not os.path.exists(name)] if names or not by_pattern else [section.path]
        if missing and not section.optional:
            raise ResultError(f"the output file {missing[0]} was not written")
        is_place = bool(section.keys) and all(key.type == "path" for key in section.keys)
        paths = list(filter(os.path.exists if is_place else os.path.isfile, names))
        if section.many is False and len(paths) > 1:
            raise ResultError(f"{len(paths)} files match {section.path!r}, which is one")
        are_many = by_pattern or len(names) > 1 if section.many is None else section.many
        found: list[dict[str, Reference]] = []
        for path in paths:
            capture = FileCapture(path)
            if not self.is_channel_on:
                yield from self._read(section, capture)
            found.append(self._find(section, capture, path))
        if are_many:
            keys = list(dict.fromkeys(name for entry in found for name in entry))
            keys = keys or [key.name for key in reference_keys(section) if section.optional]
            yield Item({name: ListReference([entry[name] for entry in found if name in entry]) for name in keys})
        elif found and found[0]:
            yield Item(dict(found[0]))

    def _paths(self, section: Section) -> tuple[list[str], bool]:
        """The files a section names in this call, whether there or not; or (True) those that a pattern fits."""
        template = section.path or ""
        if not is_pattern(template):
            names = fill_path(template, self._value, section.strip)
            return [os.path.join(self._folder, name) for name in names if name != "-"], False
        import glob

        patterns = fill_path(template, self._value, section.strip, glob.escape)
        folder = glob.escape(self._folder)
        found = {path for pattern in patterns for path in glob.glob(os.path.join(folder, pattern))}
        return sorted(found), bool(patterns)

    def _read(self, section: Section, capture: FileCapture) -> Iterator[Event]:
        parser: Any = open_parser(section, capture)
        if parser is None:
            return
        self._parsers["file"] = parser
        try:
            with capture.open() as file:
                while piece := file.read(_PIECE_BYTES):
                    yield from self._ask("file", lambda parser, piece=piece: parser.feed(piece))  # type: ignore[misc]
            yield from self._ask("file", lambda parser: parser.finish())
        except OSError as error:
            raise ResultError(f"cannot read the output file {capture.path}: {error.strerror}") from error


def _kept(troubles: list[ResultError], events: Iterator[Event]) -> Iterator[Event]:
    """The events; an error is put aside, so that the other parts of the output are still read."""
    try:
        yield from events
    except ResultError as error:
        troubles.append(error)
