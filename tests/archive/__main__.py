"""Run the local archive: ``python tests/archive [--port N] [--demo]``.

The first line on stdout is a JSON object with its addresses; with ``--demo``, export lines for a shell instead.
It ends on SIGTERM or SIGINT, and with ``--until-eof`` when its standard input ends.
"""

from __future__ import annotations

import argparse
import importlib
import json
import signal
import sys
import tempfile
import threading
from pathlib import Path

if not __package__:  # started as a folder: make the relative imports below work
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    __package__ = "archive"
    importlib.import_module(__package__)

from . import certificates, services
from .server import Archive, Server


def main() -> int:
    """Serve until told to end."""
    parser = argparse.ArgumentParser(prog="archive", description="A local archive of Virtual Observatory services")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1 (0: any free one)")
    parser.add_argument("--demo", action="store_true", help="print export lines for a shell")
    parser.add_argument("--until-eof", action="store_true", help="end when standard input ends")
    options = parser.parse_args()

    end = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: end.set())
    archive = Archive()
    with tempfile.TemporaryDirectory(prefix="archive-") as folder:
        good = certificates.make(Path(folder), "good")
        other = certificates.make(Path(folder), "other", subject="DNS:other.example")
        expired = certificates.make(Path(folder), "expired", expired=True)
        try:
            plain = Server(archive, options.port)
        except OSError as error:
            parser.error(f"cannot listen on port {options.port}: {error.strerror}")
        servers = [plain, *(Server(archive, 0, certificate) for certificate in (good, other, expired))]
        for server in servers:
            server.start()
        if options.demo:
            for name, value in services.environment(plain.url).items():
                print(f"export {name}={value}")
        else:
            names = ("http", "https", "https_other", "https_expired")
            addresses = {name: server.url for name, server in zip(names, servers, strict=True)}
            certified = {"ca": good, "ca_other": other, "ca_expired": expired}
            print(json.dumps(addresses | certified))
        sys.stdout.flush()
        if options.until_eof:
            threading.Thread(target=lambda: (sys.stdin.read(), end.set()), daemon=True).start()
        end.wait()
    return 0


sys.exit(main())
