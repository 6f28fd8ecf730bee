"""`make demo`: tasks called from Python and programs typed in a shell, on a local archive and real tables."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLES = ROOT / "tests" / "legacy_bin" / "golden" / "inputs"

PYTHON = """
from voclient.vaopackage import votinfo, votpos, votsort, votstat, vosesame

# A name becomes a position; asked of the Sesame service of the local archive.
result = vosesame("m31")
print(result["ra"], result["dec"], result.unit("ra"))

many = vosesame(["m31", "m51", "3c 273", "no such thing"])
print(many["name"], many["ra"])
print("exit status:", many.exitstatus.name, "- unresolved:", many["unresolved"])

# What is in a table: 140 rows in the form of the 2MASS Point Source Catalogue.
info = votinfo("psc.xml")
print(info["rows"], "rows of", info["cols"], "columns, the first:", info["columns"][0]["name"])

statistics = votstat("psc.xml")
for name, mean, deviation in zip(statistics["name"], statistics["mean"], statistics["stddev"]):
    if name in ("j_m", "h_m", "k_m"): print(name, round(mean, 3), "+-", round(deviation, 3))

# A table in, a table out: an astropy Table.
brightest = votsort("psc.xml", name="j_m", top=3)["table"]
print(brightest["ra", "dec", "j_m"])

# The same asynchronously: 200000 positions, the first ones read long before the end.
run = votpos("large.xml", async_=True)
first = run.wait_for("ra")
print("first position:", first[0], run["dec"][0], "- still running:", not run.exitstatus)
run.wait()
print("at the end:", len(run["ra"]), "positions,", run.exitstatus.name)

# A wrong call raises before anything runs; a failed run says why.
try: votsort("psc.xml", nmae="j_m")
except Exception as error: print(type(error).__name__ + ":", error)
print(votinfo("nothing.xml").exitmsg)
"""

SHELL = """
vosesame -dnt m31 m51
votinfo psc.xml
votsort -N j_m -t 3 -f csv psc.xml | cut -d, -f1-4
votpos psc.xml | head -2
voclient run vosesame target=m31 --json
"""


def show_python(text: str) -> None:
    """Each statement, then what it prints, as an interpreter would."""
    names: dict[str, object] = {}
    block: list[str] = []
    for line in [*text.strip().splitlines(), ""]:
        if block and not line.startswith((" ", "except")):
            exec(compile("\n".join(block) + "\n", "<demo>", "exec"), names)
            block = []
        print(f"... {line}" if line.startswith((" ", "except")) else f">>> {line}" if line else "", flush=True)
        if line and not line.startswith("#"):
            block.append(line)


def show_shell(text: str) -> None:
    for line in text.strip().splitlines():
        print(f"$ {line}", flush=True)
        subprocess.run(["/bin/sh", "-c", line], check=False)
        print(flush=True)


def write_large_table(path: Path, rows: int = 200_000) -> None:
    fields = '<FIELD name="ra" datatype="double" unit="deg" ucd="pos.eq.ra;meta.main"/>'
    fields += '<FIELD name="dec" datatype="double" unit="deg" ucd="pos.eq.dec;meta.main"/>'
    with path.open("w") as out:
        out.write(f'<VOTABLE version="1.4"><RESOURCE><TABLE>{fields}<DATA><TABLEDATA>\n')
        out.writelines(f"<TR><TD>{i * 0.0018}</TD><TD>{i * 0.0009 - 90}</TD></TR>\n" for i in range(rows))
        out.write("</TABLEDATA></DATA></TABLE></RESOURCE></VOTABLE>\n")


def main() -> int:
    os.environ["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    archive = subprocess.Popen(
        [sys.executable, ROOT / "tests" / "archive", "--until-eof"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="voclient-demo-") as folder:
        os.environ["HOME"] = folder  # the tools' cache goes with the demo
        try:
            assert archive.stdout is not None
            os.environ["VOC_SESAME_URL"] = json.loads(archive.stdout.readline())["http"] + "/sesame"
            os.chdir(folder)
            shutil.copy(TABLES / "psc.xml", folder)
            write_large_table(Path("large.xml"))
            print("=== From Python ===\n")
            show_python(PYTHON)
            print("\n=== From the shell ===\n")
            show_shell(SHELL)
        finally:
            archive.communicate("", timeout=10)
    print("The demo is over: tasks ran from Python and from the shell. Next: '. .venv/bin/activate' and README.md")
    return 0


if __name__ == "__main__":
    sys.exit(main())
