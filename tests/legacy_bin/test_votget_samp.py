"""votget --samp: tables that other programs name, judged by astropy's hub."""

from __future__ import annotations

import os
import signal
import subprocess
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from .downloads import LINES, PLAIN, document, files, table

if TYPE_CHECKING:
    from archive.fixture import RunningArchive

    from ..conftest import Finished

Get = Callable[..., "Finished"]


@pytest.fixture
def hub(tmp_path: Path) -> Any:
    """A hub of astropy's, and a client of it that sends."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # astropy 8 says that pyvo has it now
        from astropy.samp import SAMPHubServer, SAMPIntegratedClient

        lock = tmp_path / "hub" / "lock"
        lock.parent.mkdir()
        server = SAMPHubServer(lockfile=str(lock), web_profile=False)
        server.start()
        client = SAMPIntegratedClient(name="sender")
        client.hub_params = None
        os.environ["SAMP_HUB"] = f"std-lockurl:file://{lock}"
        try:
            client.connect()
            yield client
            client.disconnect()
        finally:
            del os.environ["SAMP_HUB"]
            server.stop()


class Listener:
    """votget --samp, which has told the hub what it wants."""

    def __init__(self, client: Any, bindir: Path, folder: Path, *words: str) -> None:
        self.client = client
        self.process = subprocess.Popen(
            [bindir / "votget", "-v", "-N", "1", "--samp", *words],
            cwd=folder, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self.process.stderr is not None
        assert self.process.stderr.readline() == "Initializing samp ....\n"
        assert self.process.stderr.readline() == "Type <cr> to quit ....\n"

    def send(self, url: str, mtype: str = "table.load.votable") -> Any:
        (receiver,) = self.client.get_subscribed_clients(mtype)
        message = {"samp.mtype": mtype, "samp.params": {"url": url}}
        return self.client.call_and_wait(receiver, message, "10")

    def end(self, text: str = "\n") -> tuple[int, str]:
        _, errors = self.process.communicate(text, timeout=30)
        return self.process.returncode, errors


def test_tables_of_samp_messages_are_the_input(hub: Any, bindir: Path, tmp_path: Path, archive: RunningArchive) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (tmp_path / "my t.xml").write_text(document(table((archive.http + "/files/hello.txt",), (archive.http + PLAIN,))))
    listener = Listener(hub, bindir, folder)
    (receiver,) = hub.get_subscribed_clients("table.load.votable")
    assert hub.get_metadata(receiver)["samp.name"] == "votget"
    for _ in range(2):
        assert listener.send(f"file://{tmp_path}/my%20t.xml")["samp.status"] == "samp.ok"
    assert listener.send("ftp://a/b")["samp.status"] == "samp.ok"
    assert listener.send(archive.http + "/files/places.xml")["samp.status"] == "samp.ok"
    status, errors = listener.end()
    assert "Error: unsupported URL type 'ftp://a/b'\n" in errors
    assert "Error: no acref column found (VOX:Image_AccessReference)\n" in errors
    assert status == 1
    assert files(folder) == {"file0000": b"hello\n", "file0001": LINES, "file0002": b"hello\n", "file0003": LINES}
    assert hub.get_subscribed_clients("table.load.votable") == {}


def test_samp_ends_with_its_input_on_a_signal_and_with_the_hub(hub: Any, bindir: Path, tmp_path: Path) -> None:
    listener = Listener(hub, bindir, tmp_path, "-m", "my.mtype")
    assert list(hub.get_subscribed_clients("table.load.votable")) == []
    assert listener.end("") == (0, "")
    listener = Listener(hub, bindir, tmp_path)
    listener.process.send_signal(signal.SIGINT)
    assert listener.process.wait(30) == -signal.SIGINT
    assert hub.get_subscribed_clients("table.load.votable") == {}
    listener = Listener(hub, bindir, tmp_path)
    (receiver,) = hub.get_subscribed_clients("table.load.votable")
    hub.notify(receiver, {"samp.mtype": "samp.hub.event.shutdown", "samp.params": {}})
    assert listener.process.wait(30) == 0


def test_no_hub_is_said(get: Get, tmp_path: Path) -> None:
    for variable in ("std-lockurl:file:///nowhere/lock", "", "other:x"):
        done = get("-S", env={"SAMP_HUB": variable, "HOME": str(tmp_path)})
        assert done.status == 1
        assert done.stderr.startswith("Error: cannot connect to Hub")
        assert done.stderr.count("\n") == 1
    (tmp_path / ".samp").write_text("# dead\nsamp.secret=x\nsamp.hub.xmlrpc.url=http\\://127.0.0.1\\:1/\n")
    done = get("-S", env={"SAMP_HUB": "", "HOME": str(tmp_path)})
    assert (done.status, done.stderr[:28]) == (1, "Error: cannot connect to Hub")
