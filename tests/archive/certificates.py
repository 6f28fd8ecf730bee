"""Self-signed certificates, made by the openssl program when the server starts."""

from __future__ import annotations

import subprocess
from pathlib import Path


def make(folder: Path, name: str, *, subject: str = "IP:127.0.0.1,DNS:localhost", expired: bool = False) -> str:
    """Make a certificate for `subject` and its key, in one file whose path is returned."""
    path, key = folder / f"{name}.pem", folder / f"{name}.key"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-subj", "/CN=local archive", "-addext", f"subjectAltName={subject}"]
    subprocess.run([*command, "-keyout", key, "-out", path], check=True, capture_output=True)
    if expired:  # `openssl req` takes no date in the past, `openssl x509` does
        again = ["openssl", "x509", "-in", path, "-signkey", key, "-days", "-1", "-out", path]
        subprocess.run(again, check=True, capture_output=True)
    path.write_text(path.read_text() + key.read_text())
    return str(path)
