"""Writes the page of `make bench`, `docs/benchmarks.md`, from the measurements."""

import datetime
import json
import os
import platform
import re
import subprocess
from pathlib import Path
from statistics import median

import bounds
import check
from contenders import APPLY_FRESH, PLAN_AGAIN, RIVALS, STEPS, Provision
from proxy import by_operation, most_at_once

# The files in which Criterion stores its results, one for each benchmark.
ESTIMATES = "*/new/estimates.json"

INTRODUCTION = """\
# Benchmarks

Measured and written by `make bench`, which runs on any machine; CONTRIBUTING.md lists what it needs. All
contenders create the same resources, from the same documents, in an AWS emulator (LocalStack) on the same
machine, each run in an account of its own. A proxy between them and the emulator delays every call.
"""

RIVALS_TEXT = """\
**The rivals** are in `integration-tests/bench/rivals/`. The boto3 script makes one call after the other: it
reads each resource and writes what is missing or different, as `provision` does. CloudFormation makes its calls
inside the emulator, without delays and without simulated propagation, so its hops are those of its client
alone: the client asks every 0.1 s whether the stack is done, where AWS's own tools wait for seconds. The plan
of CloudFormation is a change set that is deleted again. Both rivals are in Python, and their times include
Python's start.
"""

COLUMNS = """\
Medians of {turns} runs, in which the contenders took turns. *0 ms* and *{delay:.0f} ms* are the seconds from start to
end with that delay added to each call. *Hops* is the difference of the two divided by {delay:.0f} ms: the number of
calls that each waited for the one before. *×* is the time at {delay:.0f} ms as a multiple of the first line's time.
*Calls*, *writes* (the calls that write) and *at once* (the most calls under way at the same time) were counted
at {delay:.0f} ms; *CPU* (user and system time) and *memory* (the largest resident set) were measured at 0 ms.
"""

WAVES = """\
## Bounds

`make bench-check` counts hops, calls and writes without a clock, and CI fails if a bound is exceeded. The proxy
answers calls in waves, each when no further call arrives. So the number of waves is the length of the longest
chain of calls that depend on each other, whatever the speed of the machine. Hops / calls / writes, the best of
up to {tries} tries:
"""


def page(*, program, runs, differences, best, missed, starts, computed, delay, turns):
    contenders = list(dict.fromkeys(contender for contender, _, _ in runs))
    lines = [INTRODUCTION, machine(program), "", "## Side by side", "",
             COLUMNS.format(turns=turns, delay=delay * 1000), RIVALS_TEXT]
    for rival in RIVALS:
        lines += [sameness(rival, differences[rival]), ""]
    for step in STEPS:
        lines += [f"### {step[0].upper()}{step[1:]}", "", *steps(runs, contenders, step, delay), ""]
    lines += [WAVES.format(tries=check.TRIES), *check.table(best), ""]
    lines += [f"- Exceeded: {line}" for found in missed.values() for line in found]
    lines += ["All bounds are kept." if not missed else "", "", "## Own cost", ""]
    lines += [*own_cost(runs, starts, program), "", "## Calls by operation", "",
              "`provision`, one region.", "", *operations(runs, contenders[0], delay), ""]
    lines += ["## What is computed", "", "Means of Criterion's runs, without calls to AWS.", "",
              *criterion(computed)]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


def machine(program):
    """The line on when, on which machine and with which versions the page was measured."""
    cpu = platform.processor() or platform.machine()
    if Path("/proc/cpuinfo").exists():
        names = re.findall(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
        cpu = names[0] if names else cpu
    version = subprocess.run([program, "--version"], capture_output=True, text=True).stdout.strip()
    import boto3
    parts = [
        f"{datetime.date.today()}", version, f"{os.cpu_count()} × {cpu}",
        f"{platform.system()} {platform.release()}", f"Python {platform.python_version()}",
        f"boto3 {boto3.__version__}",
        f"load average {os.getloadavg()[2]:.1f} over the last 15 minutes",
    ]
    return "Measured: " + " · ".join(parts)


def sameness(rival, differences):
    if not differences:
        return f"After the {rival.name}, `provision plan` finds nothing to change: the resources are the same."
    text = "\n".join(f"    {line[:110]}" for line in differences)
    return (f"After {rival.name}, `provision plan` still finds the following differences. The template asks for\n"
            f"these attributes and the emulator ignores them, so {rival.name} had less to do:\n\n{text}")


def middle(runs, value):
    return median(value(run) for run in runs)


def steps(runs, contenders, step, delay):
    yield "| | 0 ms | %.0f ms | × | hops | calls | writes | at once | CPU | memory |" % (delay * 1000)
    yield "|---|" + "--:|" * 9
    first = middle(runs[contenders[0], step, delay], lambda run: run.wall)
    for contender in contenders:
        near, far = runs[contender, step, 0.0], runs[contender, step, delay]
        at_once, late = (middle(of, lambda run: run.wall) for of in (near, far))
        yield "| %s | %.2f s | %.2f s | %.1f | %.1f | %d | %d | %d | %.0f ms | %.1f MiB |" % (
            contender.name, at_once, late, late / first, (late - at_once) / delay,
            middle(far, lambda run: len(run.calls)), middle(far, lambda run: run.writes),
            middle(far, lambda run: most_at_once(run.calls)),
            middle(near, lambda run: run.cpu) * 1000, middle(near, lambda run: run.memory) / 2**20)


def own_cost(runs, starts, program):
    variant = Provision(program)
    fresh, again = runs[variant, APPLY_FRESH, 0.0], runs[variant, PLAN_AGAIN, 0.0]
    memory = max(middle(runs[variant, step, 0.0], lambda run: run.memory) for step in STEPS)
    nothing = f"starting a program that does nothing takes {starts['nothing'] * 1000:.1f} ms here"
    rows = [
        ("CPU of a fresh apply", middle(fresh, lambda run: run.cpu), bounds.CPU, 1e3, "ms", ""),
        ("largest memory of any step", memory, bounds.MEMORY, 2**-20, "MiB", ""),
        ("`--version`", starts["--version"], bounds.ANSWER, 1e3, "ms", nothing),
        ("`--help`", starts["--help"], bounds.ANSWER, 1e3, "ms", ""),
        ("start to first request of a plan", middle(again, lambda run: run.first_call),
         bounds.FIRST_CALL, 1e3, "ms", ""),
        ("program", program.stat().st_size, bounds.SIZE, 1e-6, "MB", ""),
    ]
    yield "| | measured | at most | |"
    yield "|---|--:|--:|---|"
    for name, value, bound, scale, unit, note in rows:
        note = "**exceeded** " * (value > bound) + note
        yield f"| {name} | {value * scale:.1f} {unit} | {bound * scale:.0f} {unit} | {note} |"


def operations(runs, contender, delay):
    counts = {step: dict(by_operation(runs[contender, step, delay][0].calls)) for step in STEPS}
    names = sorted({name for step in counts.values() for name in step})
    yield "| | " + " | ".join(STEPS) + " |"
    yield "|---|" + "--:|" * len(STEPS)
    for name in names:
        yield f"| `{name}` | " + " | ".join(str(counts[step].get(name, "")) for step in STEPS) + " |"


def criterion(folder):
    yield "| | mean |"
    yield "|---|--:|"
    for path in sorted(folder.glob(ESTIMATES)):
        name = json.loads((path.parent / "benchmark.json").read_text())["title"]
        nanoseconds = json.loads(path.read_text())["mean"]["point_estimate"]
        yield f"| {name} | {nanoseconds / 1e6:.2f} ms |"
