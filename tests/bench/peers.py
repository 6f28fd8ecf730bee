"""Other frameworks that run programs, asked the same questions as ours; each in an environment of its own.

An adapter is Python that defines `true()` and `echo(text)`, which gives what was printed; where the framework can do it
`many(count)`, which runs so many `echo`, two at a time; `start(count)` and `done(run)`; and `limited(command)`, which
runs a line of shell for at most a second.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

DRIVER = """
import json, os, resource, signal, subprocess, sys, time
from concurrent.futures import ThreadPoolExecutor
def cpu():
    both = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in both) + workers()
def workers():
    # Descendants that live, and those they have waited for.
    parents, spent, family = {}, {}, {os.getpid()}
    for pid in filter(str.isdecimal, os.listdir("/proc")):
        try:
            fields = open("/proc/" + pid + "/stat").read().rpartition(") ")[2].split()
        except OSError:
            continue
        parents[int(pid)], spent[int(pid)] = int(fields[1]), sum(map(int, fields[11:15]))
    while more := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= more
    return sum(spent[pid] for pid in family if pid != os.getpid()) / os.sysconf("SC_CLK_TCK")
def bare_true():
    subprocess.run(["/bin/true"], capture_output=True)
def bare_echo(text):
    return subprocess.run(["/bin/echo", text], capture_output=True, text=True).stdout
def bare_many(count):
    with ThreadPoolExecutor(2) as pool:
        return len(list(pool.map(bare_echo, map(str, range(count)))))
def compared(theirs, bare, count):
    walls = [], []
    for _ in range(count + 1):
        for which, function in enumerate((theirs, bare)):
            start = time.perf_counter(); function(); walls[which].append(time.perf_counter() - start)
    quick = [sorted(wall[1:])[count // 10] for wall in walls]  # medians would see what else the machine does
    return quick[0] / quick[1]
class Late(BaseException): pass
def late(*_): raise Late
signal.signal(signal.SIGALRM, late)
question, begun = sys.argv[1], cpu()
exec(sys.argv[2])
found = {}
if {"many": "many", "start": "start", "limit": "limited"}.get(question, "echo") not in globals():
    pass
elif question == "calls":
    echo("ready")
    found["ready"] = (cpu() - begun) * 1e3
    start = time.perf_counter(); echo("once"); once = time.perf_counter() - start
    count = max(5, min(100, int(3 / once)))
    found["echo"] = compared(lambda: echo("hello"), lambda: bare_echo("hello"), count)
    found["true"] = compared(true, bare_true, count)
elif question == "many":
    start = time.perf_counter(); many(10); once = (time.perf_counter() - start) / 10
    count = max(10, min(500, 2 * int(1.5 / once)))
    rates, spent = [0, 0], [1e9, 1e9]
    for _ in range(4):
        for which, function in enumerate((many, bare_many)):
            start, before = time.perf_counter(), cpu(); function(count)
            rates[which] = max(rates[which], count / (time.perf_counter() - start))
            spent[which] = min(spent[which], cpu() - before)
    found["many"], found["many_cpu"] = rates[0] / rates[1], spent[0] / spent[1]
elif question == "start":
    start(1)
    before = cpu(); runs = start(200); found["start"] = (cpu() - before) * 1e3
    before = time.perf_counter(); [done(run) for run in runs]
    found["poll"] = (time.perf_counter() - before) / 200 * 1e6
elif question == "words":
    texts = {"two blanks": "a  b", "quotes": "it's \\"q\\"", ";": "a; echo b", "$": "$HOME", "*": "*", "nothing": "",
             "UTF-8": "\\u00e9\\u2609", "two lines": "a\\nb"}
    for name, text in texts.items():
        signal.alarm(30)
        try:
            found[name] = echo(text).removesuffix("\\n") == text
        except BaseException:
            found[name] = False
        signal.alarm(0)
elif question == "limit":
    number = "7" + str(os.getpid())
    start = time.perf_counter(); signal.alarm(15)
    try:
        limited("sleep %s & wait" % number)
    except Late:
        found["hangs"] = True
    except BaseException:
        pass
    signal.alarm(0)
    found["seconds"] = time.perf_counter() - start
    time.sleep(0.5)
    found["left"] = 0
    for pid in filter(str.isdecimal, os.listdir("/proc")):
        try:
            words = open("/proc/" + pid + "/cmdline").read().split("\\0")
            if words[:2] == ["sleep", number]:
                found["left"] += 1; os.kill(int(pid), signal.SIGKILL)
        except OSError: pass
print("FOUND " + json.dumps(found), flush=True)
os._exit(0)
"""

OURS = """
from pathlib import Path
from voclient.tasking import load_package
task = "task: %s\\nsummary: Peer\\nexecutable: /bin/%s\\nend_of_options: null\\n"
text = "parameters: {text: {argv: '%s{}'}}\\nresults: {stdout: {format: text, key: said}}\\n"
Path("package.yaml").write_text("package: peer\\nversion: '1'\\nsummary: Peer\\n")
for name, rest in ("true", ""), ("echo", text % ""), ("sleep", text % ""), ("sh", text % "-c "):
    Path(name + ".yaml").write_text(task % ("'true'" if name == "true" else name, name) + rest)
peer = load_package(".")
true, done = getattr(peer, "true"), lambda run: run.exitstatus
echo = lambda text: peer.echo(text=text)["said"]
many = lambda count: len(list(peer.echo.map({"text": str(i)} for i in range(count))))
start = lambda count: [peer.sleep(text="1", async_=True) for _ in range(count)]
limited = lambda command: peer.sh(text=command, timeout=1)
"""

PEERS = {
    "subprocess": ("", """
true, echo, many = bare_true, bare_echo, bare_many
start = lambda count: [subprocess.Popen(["/bin/sleep", "1"], stdout=subprocess.PIPE) for _ in range(count)]
done = lambda run: run.poll() is not None
limited = lambda command: subprocess.run(["sh", "-c", command], timeout=1, stdout=subprocess.PIPE)
"""),
    "plumbum": ("plumbum", """
from plumbum import BG, local
true, echo, sleep = local["/bin/true"], local["/bin/echo"], local["/bin/sleep"]
def many(count):
    for i in range(0, count, 2):
        for run in [echo[str(i)] & BG, echo[str(i + 1)] & BG]: run.wait()
start = lambda count: [sleep["1"] & BG for _ in range(count)]
done = lambda run: run.poll()
limited = lambda command: local["sh"]["-c", command](timeout=1)
"""),
    "sh": ("sh", """
import sh
true, echo = sh.Command("/bin/true"), lambda text: str(sh.echo(text))
start = lambda count: [sh.sleep("1", _bg=True) for _ in range(count)]
done = lambda run: not run.process.is_alive()[0]
limited = lambda command: sh.sh("-c", command, _timeout=1)
"""),
    "psij": ("psij-python", """
from datetime import timedelta
from pathlib import Path
from psij import Job, JobExecutor, JobSpec
local = JobExecutor.get_instance("local")
def run(program, *words, out=None):
    job = Job(JobSpec(executable=program, arguments=list(words), stdout_path=out))
    local.submit(job)
    return job
true = lambda: run("/bin/true").wait()
def echo(text):
    out = Path("out").absolute()
    run("/bin/echo", text, out=out).wait()
    return out.read_text()
start = lambda count: [run("/bin/sleep", "1") for _ in range(count)]
done = lambda job: job.status.state.final
def limited(command):
    job = run("/bin/sh", "-c", command)
    job.wait(timedelta(seconds=1)); job.cancel(); job.wait(timedelta(seconds=3))
"""),
    "parsl (threads)": ("parsl", """
import parsl
parsl.load(parsl.Config([parsl.ThreadPoolExecutor(max_threads=2)], run_dir="parsl", initialize_logging=False))
app = parsl.bash_app(lambda command, stdout=None, walltime=None: command)
true = lambda: app("/bin/true").result()
def echo(text):
    try: os.unlink("out")
    except FileNotFoundError: pass
    app("/bin/echo " + text, stdout=os.path.abspath("out")).result()
    return open("out").read()
many = lambda count: [run.result() for run in [app("/bin/echo %d" % i) for i in range(count)]]
limited = lambda command: app(command, walltime=1).result()
"""),
    "pydra": ("pydra", """
from pydra.compose import shell
Echo, True_ = shell.define("echo <text:str>"), shell.define("true")
if __name__ == "__main__":
    true = lambda: True_()(cache_root="cache", worker="debug", rerun=True)
    echo = lambda text: Echo(text=text)(cache_root="cache", worker="debug", rerun=True).stdout
"""),
    "cwltool": ("cwltool", """
import logging
from pathlib import Path
import cwltool.factory
from cwltool.context import RuntimeContext
logging.getLogger("cwltool").setLevel(logging.ERROR)
tool = "cwlVersion: v1.2\\nclass: CommandLineTool\\nbaseCommand: '%s'\\n"
Path("true.cwl").write_text(tool % "true" + "inputs: {}\\noutputs: {}\\n")
words = "inputs: {text: {type: string, inputBinding: {position: 1}}}\\noutputs: {out: {type: stdout}}\\n"
Path("echo.cwl").write_text(tool % "echo" + words)
context = RuntimeContext(); context.outdir = os.getcwd()
factory = cwltool.factory.Factory(runtime_context=context)
said, true = factory.make("echo.cwl"), factory.make("true.cwl")
echo = lambda text: open(said(text=text)["out"]["location"].removeprefix("file://")).read()
"""),
    "dask": ("dask[distributed]", """
from dask.distributed import Client, LocalCluster
client = Client(LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50))
run = lambda *argv: client.submit(subprocess.run, argv, capture_output=True, text=True, pure=False)
true = lambda: run("/bin/true").result()
echo = lambda text: run("/bin/echo", text).result().stdout
many = lambda count: client.gather([run("/bin/echo", str(i)) for i in range(count)])
"""),
    "submitit": ("submitit", """
import submitit
from submitit.helpers import CommandFunction
run = lambda *argv: submitit.LocalExecutor("jobs").submit(CommandFunction(list(argv), verbose=False)).result()
true, echo = lambda: run("/bin/true"), lambda text: run("/bin/echo", text)
"""),
    "nipype": ("nipype", """
from nipype.interfaces.base import CommandLine
import logging; logging.disable(logging.CRITICAL)
true = CommandLine(command="/bin/true").run
echo = lambda text: CommandLine(command="/bin/echo", args=text).run().runtime.stdout
"""),
    "boutiques": ("boutiques setuptools<81", """
from boutiques.descriptor2func import function
text = {"id": "text", "name": "text", "type": "String", "value-key": "[TEXT]"}
out = {"id": "o", "name": "o", "path-template": "/dev/null", "optional": True}
describe = lambda line: {"name": "p", "description": "p", "tool-version": "1", "schema-version": "0.5",
                         "command-line": line, "inputs": [text], "output-files": [out]}
json.dump(describe("echo [TEXT]"), open("echo.json", "w"))
json.dump(describe("true [TEXT]"), open("true.json", "w"))
said, did = function("echo.json"), function("true.json")
echo, true = lambda text: said(text=text).stdout, lambda: did(text="x")
"""),
}  # fmt: skip


FIGURES = {
    "ready, ms CPU": ("ready", ".0f"),
    "`true`": ("true", ".2f"),
    "`echo`": ("echo", ".2f"),
    "many, rate": ("many", ".2f"),
    "many, CPU": ("many_cpu", ".2f"),
    "200 starts, ms CPU": ("start", ".0f"),
    "a poll, µs": ("poll", ".1f"),
}
"""What is told, how it is asked for and written; without a unit: ÷ the same by `subprocess.run`."""


def report(folder: Path) -> list[str]:
    """The tables, as Markdown lines."""
    lines = [f"| framework | {' | '.join(FIGURES)} |", f"| --- |{' --: |' * len(FIGURES)}"]
    robust = ["| framework | texts that do not arrive as they were | after a limit of 1 s: returns | left running |"]
    robust += ["| --- | --- | --: | --: |"]
    for name, python, code in _all(folder):
        print(name, file=sys.stderr, flush=True)
        found = {question: _ask(python, question, code) for question in ("calls", "many", "start", "words", "limit")}
        figures = {**found["calls"], **found["many"], **found["start"]}
        cells = [f"{figures[key]:{form}}" if key in figures else "" for key, form in FIGURES.values()]
        lines.append(f"| {name} | {' | '.join(cells)} |")
        changed = [word for word, arrived in found["words"].items() if not arrived]
        limit = found["limit"]
        returned = "" if not limit else "never" if limit.get("hangs") else f"{limit['seconds']:.1f} s"
        robust.append(f"| {name} | {', '.join(changed) or 'none'} | {returned} | {limit.get('left', '')} |")
    return [*lines, "", *robust]


def _all(folder: Path) -> list[tuple[str, str, str]]:
    """Name, interpreter and adapter of each; an environment that is missing is made."""
    rows = [("VOClient", sys.executable, OURS)]
    for name, (packages, code) in PEERS.items():
        python = Path(sys.executable)
        if packages:
            home = folder / name.split()[0]
            python = home / "bin" / "python"
            if not python.exists():
                subprocess.run([sys.executable, "-m", "venv", home], check=True)
                subprocess.run([python, "-m", "pip", "install", "-q", *packages.split()], check=True)
        rows.append((name, str(python), code))
    return rows


def _ask(python: str, question: str, code: str) -> dict[str, float]:
    """The answers of one framework; none where its adapter has no way to ask."""
    path = os.pathsep.join((os.path.dirname(python), os.environ["PATH"]))
    with tempfile.TemporaryDirectory(prefix="peer-") as folder:
        done = subprocess.run(
            [python, "-c", DRIVER, question, code], cwd=folder, env={**os.environ, "PATH": path, "NO_ET": "1"},
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, text=True, timeout=600,
        )  # fmt: skip
    found = [line for line in done.stdout.splitlines() if line.startswith("FOUND ")]
    answers: dict[str, float] = json.loads(found[0][6:]) if found else {}
    return answers
