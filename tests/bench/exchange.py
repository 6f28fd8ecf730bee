"""Whole Python calls, tables in and out, against astropy doing the same in the same process."""

from __future__ import annotations

import json
import subprocess
import sys

from data import table

# CPU is that of this process and of the programs it started; what both need is imported before.
MEASURE = """
import json, resource, sys, time, warnings
import numpy as np
from astropy import units as u
from astropy.coordinates import SkyCoord, angular_separation
from astropy.io import votable
from astropy.table import Table, hstack, join
from voclient.vaopackage import votcnv, votjoin, votselect, votsort
warnings.simplefilter("ignore")

def spent():
    both = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in both)

def measure(function, repeats=1):
    best = (float("inf"), float("inf"))
    for _ in range(repeats):
        before, start = spent(), time.perf_counter()
        result = function()
        best = tuple(map(min, best, (spent() - before, time.perf_counter() - start)))
    return result, best

def plus(*pairs):
    return tuple(map(sum, zip(*pairs)))

def select(t):
    ra, dec = (np.radians(np.asarray(t[name])) for name in ("ra", "dec"))
    near = angular_separation(ra, dec, np.radians(10.68), np.radians(41.27)) <= np.radians(30)
    return t[np.asarray((t["g_mag"] < 18).filled(False)) & near]

def order(t):
    return t[np.argsort(t["ra"], kind="stable")]

def write(t):
    t.write(target, format="votable", overwrite=True)

def places(t):
    return SkyCoord(np.asarray(t["ra"]), np.asarray(t["dec"]), unit="deg")

def match(a, b):
    one, other, separation, _ = places(b).search_around_sky(places(a), 1 * u.arcsec)
    return hstack([a[one], b[other]])

def match_ids(a, b):
    return join(a, b, "source_id")

first, second, target, repeats = *sys.argv[1:4], int(sys.argv[4])
call = votcnv("/dev/null")  # reads the descriptor's cache, imports what a call needs
a, reading = measure(lambda: Table.read(first, use_names_over_ids=True))
b, reading_second = measure(lambda: Table.read(second, use_names_over_ids=True))
WHERE = "g_mag < 18 and within(10.68, 41.27, 30)"
rows = []

def case(text, ours, peer, before=(0, 0), count=len):
    found, own = measure(ours, repeats)
    expected, other = measure(peer)
    if count(found) != count(expected):
        sys.exit(f"{text}: {count(found)} rows, not {count(expected)}")
    rows.append([text, own, plus(other, before)])

case("a file becomes a Table", lambda: votcnv(first)["table"], lambda: a, reading)
case("a Table becomes a file", lambda: votcnv(a, output=target)["output"], lambda: write(a), count=lambda _: 0)

def cases(kind, one, other, read=(0, 0), both=(0, 0)):
    case(f"rows selected, {kind}", lambda: votselect(one, where=WHERE)["table"], lambda: select(a), read)
    case(f"rows sorted, {kind}", lambda: votsort(one, name="ra")["table"], lambda: order(a), read)
    case(f"joined by ID, {kind}", lambda: votjoin(one, other, name="source_id")["table"], lambda: match_ids(a, b), both)
    case(f"matched by position, {kind}", lambda: votjoin(one, other, pos="1s")["table"], lambda: match(a, b), both)

cases("file to Table", first, second, reading, plus(reading, reading_second))
cases("Table to Table", a, b)
print(json.dumps(rows))
"""


def report(rows: int) -> list[str]:
    lines: list[str] = []
    for count in sorted({100_000, rows}):
        first, second = table(count), table(count, "tabledata", "other")
        target = first.with_name("written.xml")
        repeats = 3 if count <= 100_000 else 1
        command = [sys.executable, "-c", MEASURE, first, second, target, str(repeats)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        target.unlink(missing_ok=True)
        if done.returncode:
            sys.exit(f"tables of {count} rows: {done.stderr}")
        lines += [f"### {count} rows of 20 columns", ""]
        lines += ["| what | CPU s | wall s | astropy's CPU ÷ ours | wall ÷ ours |", "| --- | --: | --: | --: | --: |"]
        for text, ours, peer in json.loads(done.stdout):
            ratios = " | ".join(f"{other / own:.3g}" for own, other in zip(ours, peer, strict=True))
            lines.append(f"| {text} | {ours[0]:.2f} | {ours[1]:.2f} | {ratios} |")
        lines.append("")
    return lines
