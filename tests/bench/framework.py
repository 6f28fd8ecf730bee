"""The tasking framework against the standard library doing the same work, each in fresh processes."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from pathlib import Path

PRELUDE = """
import json, os, resource, sys, time
def cpu():
    both = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in both)
def task(folder, name):
    from voclient.tasking import load_package
    return getattr(load_package(folder), name)
def report(**figures):
    figures["rss_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(figures))
"""

# Of whole processes, so that nothing the measuring needs is lent to either.
READY = {
    "bare": "pass",
    "ours": "from voclient.vaopackage import vosesame",
}

# Calls alternate with the bare ones in one process, so that the ratio does not see the machine's drift.
CALL = """
import subprocess
call, bare = task(sys.argv[1], "{task}"), lambda: {bare}
for _ in range(5): {ours}; bare()
walls = [[], []]
for _ in range(200):
    for which, function in enumerate((lambda: {ours}, bare)):
        start = time.perf_counter(); function(); walls[which].append(time.perf_counter() - start)
# Medians would see what else the machine does.
quick = [sorted(wall)[20] for wall in walls]
report(ratio=quick[0] / quick[1], ms=quick[0] * 1e3)
"""

# The kernel's autogroup makes a session of its own, which every task has, dear when the machine is busy: told apart.
PARALLEL = """
import subprocess
from concurrent.futures import ThreadPoolExecutor
echo = task(sys.argv[1], "echo")
def pool(**more):
    def say(i):
        return subprocess.run(["/bin/echo", str(i)], capture_output=True, text=True, **more).stdout
    with ThreadPoolExecutor(2) as workers:
        list(workers.map(say, range(1000)))
def sessions():
    pool(start_new_session=True)
def ours():
    for result in [echo(str(i), async_=True) for i in range(1000)]:
        result.wait()
rates, spent = [[], [], []], [[], [], []]
for _ in range(4):
    for which, function in enumerate((ours, pool, sessions)):
        start, before = time.perf_counter(), cpu()
        function()
        spent[which].append(cpu() - before)
        rates[which].append(1000 / (time.perf_counter() - start))
best, least = [max(rate) for rate in rates], [min(each) for each in spent]
report(ratio=best[0] / best[1], to_sessions=best[0] / best[2], cpu=least[0] / least[1], per_s=best[0])
"""

START = """
nap = task(sys.argv[1], "nap")
nap("0")
before = cpu()
runs = [nap("1", async_=True) for _ in range(200)]
spent = (cpu() - before) * 1e3
start = time.perf_counter()
for run in runs: run.exitstatus
poll = (time.perf_counter() - start) / 200 * 1e6
for run in runs: run.close()
report(cpu_ms=spent, poll_us=poll)
"""

# The second time: what the first one kept says that nothing has changed.
INDEX = """
from voclient.tasking.packages.index import index_package
from voclient.tasking.packages.searchpath import find_package
os.environ["VOCLIENT_TASKPATH"] = sys.argv[1]
package = find_package("thousands")
assert len(index_package(package)) == 2000
before = cpu(); index_package(package)
report(cpu_ms=(cpu() - before) * 1e3)
"""

# By the means of the framework, and by those of the standard library around synchronous calls.
MANY = """
import subprocess
from concurrent.futures import ThreadPoolExecutor
from voclient.tasking import process_limit
echo, width = task(sys.argv[1], "echo"), process_limit()
def bare(text):
    return subprocess.run(["/bin/echo", text], capture_output=True, text=True).stdout
def pooled(function):
    with ThreadPoolExecutor(width) as workers:
        list(workers.map(function, map(str, range(500))))
ways = (lambda: pooled(bare), lambda: list(echo.map(map(str, range(500)))), lambda: pooled(echo), lambda: executed())
def executed():
    with ThreadPoolExecutor(width) as pool:
        list(echo.map(map(str, range(500)), executor=pool))
best = [0, 0, 0, 0]
for _ in range(3):
    for which, way in enumerate(ways):
        start = time.perf_counter(); way(); best[which] = max(best[which], 500 / (time.perf_counter() - start))
report(mapped=best[1] / best[0], pooled=best[2] / best[0], executed=best[3] / best[0])
"""

PACKAGE = {
    "package.yaml": "package: bench\nversion: '1'\nsummary: Small programs\n",
    "true.yaml": "task: 'true'\nsummary: Do nothing\nexecutable: /bin/true\n",
    "echo.yaml": (
        "task: echo\nsummary: Say it\nexecutable: /bin/echo\n"
        "parameters:\n  text: {type: string, help: What to say, argv: '{}'}\n"
        "results:\n  stdout:\n    format: regex\n    pattern: '(?P<said>.*)'\n    rows: false\n"
        "    keys:\n      said: {type: string, help: What was said}\n"
    ),
    "nap.yaml": (
        "task: nap\nsummary: Sleep\nexecutable: /bin/sleep\n"
        "parameters:\n  seconds: {type: string, help: How long, argv: '{}'}\n"
    ),
}


def run(code: str, *words: str, repeats: int = 3) -> dict[str, float]:
    """Medians of the figures that the code reports, over fresh processes."""
    rows = []
    for _ in range(repeats):
        done = subprocess.run(
            [sys.executable, "-P", "-c", PRELUDE + code, *words], stdout=subprocess.PIPE, text=True, check=True
        )
        rows.append(json.loads(done.stdout))
    return {name: statistics.median(row[name] for row in rows) for name in rows[0]}


def whole_process(code: str, repeats: int = 15) -> tuple[float, float]:
    """Median CPU milliseconds and peak memory in MB of a fresh interpreter."""
    from data import cpu

    seconds, _, memory = cpu([sys.executable, "-P", "-c", code], repeats)
    return seconds * 1e3, memory


def thousands(folder: Path) -> Path:
    """A package of two thousand tasks."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "package.yaml").write_text("package: thousands\nversion: '1'\nsummary: Many\n")
    for number in range(2000):
        file = folder / f"task{number}.yaml"
        if not file.exists():
            file.write_text(f"task: task{number}\nsummary: Number {number}\nexecutable: /bin/true\n")
    return folder


def report() -> list[str]:
    """The table, as Markdown lines."""
    from data import FOLDER

    folder = FOLDER / "package"
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in PACKAGE.items():
        (folder / name).write_text(text)
    package = str(folder)
    (ready, memory), (bare, _) = whole_process(READY["ours"]), whole_process(READY["bare"])
    true = run(
        CALL.format(task="true", ours="call()", bare='subprocess.run(["/bin/true"], capture_output=True)'), package
    )
    echo = run(
        CALL.format(
            task="echo",
            ours='call("hello")["said"]',
            bare='subprocess.run(["/bin/echo", "hello"], capture_output=True, text=True).stdout',
        ),
        package,
    )
    parallel, start = run(PARALLEL, package, repeats=1), run(START, package)
    many, index = run(MANY, package, repeats=1), run(INDEX, str(thousands(FOLDER / "thousands")))
    return [
        "| what | measured | budget |",
        "| --- | --: | --: |",
        f"| `from voclient.vaopackage import vosesame`, CPU over a bare interpreter | {ready - bare:.0f} ms | 40 ms |",
        f"| peak memory after it | {memory:.0f} MB | 27 MB |",
        f"| `true` as a task ÷ `subprocess.run` | {true['ratio']:.2f} | 1.3 |",
        f"| a parsed call ÷ `subprocess.run` of the same | {echo['ratio']:.2f} | 1.5 |",
        f"| 1000 short tasks, rate ÷ a thread pool of `subprocess.run` | {parallel['ratio']:.2f} | 0.9 |",
        f"| the same ÷ such a pool with sessions of their own | {parallel['to_sessions']:.2f} | |",
        f"| their CPU ÷ that of the pool's, programs included | {parallel['cpu']:.2f} | |",
        f"| `task.map`, rate ÷ the same pool | {many['mapped']:.2f} | |",
        f"| synchronous calls in such a pool ÷ the same | {many['pooled']:.2f} | |",
        f"| `task.map(…, executor=pool)` ÷ the same | {many['executed']:.2f} | |",
        f"| 200 asynchronous starts, CPU | {start['cpu_ms']:.0f} ms | 50 ms |",
        f"| asking one of them for its exit status | {start['poll_us']:.1f} µs | 2 µs |",
        f"| a list of 2000 descriptors that were listed before, CPU | {index['cpu_ms']:.0f} ms | 50 ms |",
    ]
