"""Write the OPset channel from Python (docs/channel.md). Light: astropy and numpy values are known by their faces."""

from __future__ import annotations

import json
import math
import os
from _thread import allocate_lock
from collections.abc import Mapping
from typing import Any

from .encoding import encode, is_float, key_name

LINE_LIMIT_BYTES = 64 << 20


class Writer:
    """The channel on a file descriptor; None, or a reader that has gone: nobody listens.

    Quantities are converted to the `units` of their keys, where they have one.
    """

    def __init__(self, descriptor: int | None, units: Mapping[str, str]) -> None:
        self._descriptor = descriptor
        self._units = units
        self._declared: dict[str, dict[str, Any]] = {}
        self._lock = allocate_lock()

    def begin(self) -> None:
        """Say that keys come from here; before any output."""
        self._send({"opset": 1})

    def put(self, key: str, value: Any) -> None:
        """Give a single value."""
        self._send({"key": key_name(key), "value": self._encoded(key, value)})

    def row(self, values: Mapping[str, Any]) -> None:
        """Give one value for each of some row keys."""
        self._send({"row": {key_name(key): self._encoded(key, value, in_row=True) for key, value in values.items()}})

    def progress(self, fraction: float | None, text: str = "") -> None:
        """Say how far things are."""
        known = fraction is not None and math.isfinite(fraction)
        self._send({"progress": min(max(float(fraction), 0.0), 1.0) if known else None, "text": str(text)})  # type: ignore[arg-type]

    def error(self, text: str) -> None:
        """Say why the run fails."""
        self._send({"error": text})

    def _encoded(self, key: str, value: Any, in_row: bool = False) -> Any:
        """The value as JSON has it; what cannot be seen from that is declared first."""
        try:
            if key in self._units and getattr(value, "unit", None) is not None:
                value = value.to(self._units[key])
            encoded, kind = encode(value)
        except TypeError as error:
            raise TypeError(f"key {key!r}: {error}") from None
        if in_row:
            kind.pop("array", None)
        before = self._declared.get(key)
        if before is not None and before.get("type") == "float" and not kind and is_float(encoded):
            kind = before  # whole numbers, or none, among floats
        if kind != before and (kind or before):
            self._declared[key] = kind
            self._send({"declare": {key: {"type": "any", "array": False, **kind}}})
        return encoded

    def _send(self, message: dict[str, Any]) -> None:
        line = json.dumps(message, allow_nan=False).encode() + b"\n"
        if len(line) > LINE_LIMIT_BYTES:
            raise ValueError(
                f"key {message.get('key')!r}: its value takes {len(line) >> 20} MiB, a line of the OPset channel has "
                f"{LINE_LIMIT_BYTES >> 20}; write it to a file and give its path"
            )
        with self._lock:
            while self._descriptor is not None and line:
                try:
                    line = line[os.write(self._descriptor, line) :]
                except BlockingIOError:
                    import select

                    select.select([], [self._descriptor], [])
                except OSError:
                    self._descriptor = None
