"""Many small files over loopback: votget beside curl and wget, in one interleaved run."""

from __future__ import annotations

import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from data import BIN, FOLDER

FILES, SIZE, ROUNDS = 200, 10_000, 7

# As quick as Python can be: connections are kept, nothing is looked at but the end of the header.
SERVER = f"""
import asyncio

async def serve(reader, writer):
    try:
        while b"HTTP/1.1" in await reader.readuntil(b"\\r\\n\\r\\n"):
            writer.write(b'HTTP/1.1 200 OK\\r\\nETag: "1"\\r\\nContent-Length: {SIZE}\\r\\n\\r\\n' + b"x" * {SIZE})
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    writer.close()

async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()

asyncio.run(main())
"""


@contextmanager
def served() -> Iterator[str]:
    """The server's address."""
    with subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(server.stdout.readline())}"
        finally:
            server.kill()


def measure(command: list[str], folder: Path) -> tuple[float, float]:
    """CPU and wall seconds of one run into an empty folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wall, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    assert len(os.listdir(folder)) == FILES, command
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall


def report() -> list[str]:
    """The table, as Markdown lines."""
    scratch = FOLDER / "downloads"
    scratch.mkdir(parents=True, exist_ok=True)
    out, urls, config = scratch / "out", scratch / "urls", scratch / "curl"
    with served() as root:
        addresses = [f"{root}/{number}" for number in range(FILES)]
        urls.write_text("\n".join(addresses) + "\n")
        config.write_text("".join(f'url = "{a}"\noutput = "{out}/{n}"\n' for n, a in enumerate(addresses)))
        commands = {
            "votget -N 4": [str(BIN / "votget"), "-N", "4", "-D", str(out), str(urls)],
            "curl --parallel --parallel-max 4": ["curl", "-s", "-Z", "--parallel-max", "4", "-K", str(config)],
            "wget": ["wget", "-q", "-P", str(out), "-i", str(urls)],
        }
        runs: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
        for _ in range(ROUNDS):
            for name, command in commands.items():
                runs[name].append(measure(command, out))
    cpu = {name: statistics.median(run[0] for run in found) for name, found in runs.items()}
    wall = {name: statistics.median(run[1] for run in found) for name, found in runs.items()}
    mine = "votget -N 4"
    lines = ["| command | CPU ms a file | CPU, votget ÷ it | wall, votget ÷ it |", "| --- | --: | --: | --: |"]
    for name in commands:
        ratios = f"{cpu[mine] / cpu[name]:.1f} | {wall[mine] / wall[name]:.1f}"
        lines.append(f"| `{name}` | {cpu[name] * 1e3 / FILES:.2f} | {ratios} |")
    return lines
