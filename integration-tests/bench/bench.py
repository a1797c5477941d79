"""Measures `provision` beside its rivals, and writes the results into a page.

    bench.py PROGRAM COMPUTED PAGE

PROGRAM is the release build, COMPUTED the folder with Criterion's results, PAGE the file to write.
AWS_ENDPOINT_URL names the emulator. Needs boto3, which comes with LocalStack.
"""

import os
import sys
import time
from pathlib import Path
from statistics import median

import fleet_page
import report
from bounds import variants
from check import best_of
from contenders import (
    APPLY_FRESH, PLAN_AGAIN, REGIONS, RIVALS, Failed, Provision, cycle, measure,
)
from proxy import Proxy

RUNS = 5
STARTS = 21
# The delay that is added to each call, in seconds.
DELAY = 0.08


def side_by_side(program, proxy, say):
    """Every contender's runs by step and delay, and how each rival's resources differ from ours.

    The contenders take turns, because other work on the machine then slows all of them alike.
    """
    contenders = variants(program) + RIVALS
    runs, differences = {}, {}
    for turn in range(RUNS):
        for contender in contenders:
            for added in (0.0, DELAY):
                say(f"run {turn + 1} of {RUNS}, {added * 1000:.0f} ms added: {contender.name}")

                def compare(step, account, contender=contender):
                    if step == APPLY_FRESH and contender in RIVALS:
                        differences[contender] = differs(program, account)

                after = {} if turn else {"after": compare}
                for step, run in cycle(contender, proxy, program, added, **after).items():
                    runs.setdefault((contender, step, added), []).append(run)
    return runs, differences


def differs(program, account):
    """The lines of a plan that show differences from the resources of `provision`."""
    command = Provision(program).command(PLAN_AGAIN, account)
    lines = measure(command, account.env, account.folder.name).output.splitlines()
    return [line for line in lines if line.lstrip()[:2] in ("~ ", "+ ", "- ", "! ")]


def starts(program):
    """Seconds that `--version`, `--help` and a program that does nothing take."""
    commands = {"--version": [program, "--version"], "--help": [program, "--help"],
                "nothing": ["/usr/bin/env", "true"]}
    return {name: median(measure(command).wall for _ in range(STARTS))
            for name, command in commands.items()}


def main():
    program, computed, page = (Path(argument).resolve() for argument in sys.argv[1:])
    if not list(computed.glob(report.ESTIMATES)):
        sys.exit(f"error: there are no results of Criterion in {computed}")
    started = time.monotonic()

    def say(text):
        print(f"[{time.monotonic() - started:4.0f} s] {text}", file=sys.stderr, flush=True)

    proxy = Proxy(os.environ["AWS_ENDPOINT_URL"])
    try:
        say("warming the emulator up: it loads its services")
        for contender in [Provision(program, len(REGIONS)), *RIVALS]:
            cycle(contender, proxy, program)
        best, found = best_of(program, proxy, say)
        runs, differences = side_by_side(program, proxy, say)
    except Failed as failed:
        sys.exit(f"error: {failed}")
    say("measuring the program's starts")
    text = report.page(
        program=program, runs=runs, differences=differences, best=best, missed=found,
        starts=starts(program), computed=computed, delay=DELAY, turns=RUNS)
    page.write_text(text + fleet_page.kept(page, fleet_page.MANY))
    print(text)
    say(f"written to {page}")


if __name__ == "__main__":
    main()
