"""Counts hops, calls and writes in a way that does not depend on how fast the machine is.

    check.py PROGRAM

AWS_ENDPOINT_URL names the emulator. The proxy answers in waves, and there are as many waves as hops. A
variant that exceeds a bound is tried again: where the machine is so busy that the program pauses for
longer than QUIET, a hop can be added, and none can be removed. Fails if a bound is exceeded in every try.
"""

import os
import sys
from pathlib import Path

from bounds import missed, variants
from contenders import STEPS, Failed, cycle
from proxy import Proxy

TRIES = 4
# Longer than the program ever needs between an answer and the calls that depend on it.
QUIET = 0.1
# Seconds after which the program reads an observation again. A step that takes longer is not counted.
FRESH = 5


def best_of(program, proxy, say):
    """The fewest hops and calls and the most writes of each step that was fast enough to be counted,
    and the bounds that are exceeded."""
    best = {}
    wanted = variants(program)
    for attempt in range(TRIES):
        for variant in wanted:
            say(f"counting hops and calls: {variant.name}" + (", again" if attempt else ""))
            for step, run in cycle(variant, proxy, program, quiet=QUIET).items():
                if run.wall >= FRESH:
                    say(f"too slow to be counted: {step} took {run.wall:.1f} s")
                    continue
                hops, calls, writes = best.get((variant, step), (run.waves, len(run.calls), 0))
                best[variant, step] = (
                    min(hops, run.waves), min(calls, len(run.calls)), max(writes, run.writes))
        found = missed(best)
        if not found:
            break
        wanted = list(found)
    return best, found


def table(best):
    """Hops, calls and writes of each variant, as rows of Markdown."""
    names = list(dict.fromkeys(variant for variant, _ in best))
    yield "| | " + " | ".join(variant.name for variant in names) + " |"
    yield "|---" * (len(names) + 1) + "|"
    for step in STEPS:
        counts = (best.get((variant, step)) for variant in names)
        cells = ("%d / %d / %d" % count if count else "not counted" for count in counts)
        yield f"| {step} | " + " | ".join(cells) + " |"


def main():
    program = Path(sys.argv[1]).resolve()
    proxy = Proxy(os.environ["AWS_ENDPOINT_URL"])
    try:
        best, found = best_of(program, proxy, lambda text: print(text, flush=True))
    except Failed as failed:
        sys.exit(f"error: {failed}")
    if not best:
        sys.exit("error: this machine is too slow to count anything")
    print("\nhops / calls / writes:\n")
    print(*table(best), sep="\n")
    if found:
        print(*["", "exceeded:"] + [line for lines in found.values() for line in lines], sep="\n")
        sys.exit(1)
    print("\nall bounds are kept")


if __name__ == "__main__":
    main()
