"""The bounds that `provision` must keep, and those that a run exceeded."""

from contenders import (
    APPLY_AGAIN, APPLY_FRESH, DESTROY, PLAN_AGAIN, PLAN_FIRST, REGIONS, Provision,
)

# The most hops: calls that each need the answer of the one before. With `account` in the settings the
# program asks for the caller's identity at the same time as everything else, which is one hop less.
HOPS = {PLAN_FIRST: 2.5, APPLY_FRESH: 9, PLAN_AGAIN: 3.5, APPLY_AGAIN: 3.5, DESTROY: 9}
# How many more hops three regions may take than one.
HOPS_OF_REGIONS = 0.5
# The most calls in one region if nothing is to do, and the most that each further region adds to a plan.
CALLS = 26
CALLS_A_REGION = 12
# The most writes in one region: each resource is created, completed and deleted once.
WRITES = {APPLY_FRESH: 18, DESTROY: 13}
# Bounds of the release build: seconds of CPU of a fresh apply, bytes of memory of any step, seconds of
# `--version` and `--help`, seconds to the first call, bytes of the program.
CPU = 0.060
MEMORY = 30 * 2**20
ANSWER = 0.005
FIRST_CALL = 0.030
SIZE = 18_000_000


def variants(program):
    return [
        Provision(program, regions, names_account)
        for names_account in (False, True)
        for regions in (1, len(REGIONS))
    ]


def missed(best):
    """The bounds that are exceeded, by variant. `best` has hops, calls and writes by variant and step."""
    found = {}

    def hold(variant, step, what, value, bound):
        if value > bound:
            text = f"{variant.name}: {step}: {value} {what}, and {bound:g} are the most"
            found.setdefault(variant, []).append(text)

    for (variant, step), (hops, calls, writes) in best.items():
        if variant.regions == 1:
            hold(variant, step, "hops", hops, HOPS[step] - variant.names_account)
            hold(variant, step, "writes", writes, WRITES.get(step, 0))
            if step in (PLAN_AGAIN, APPLY_AGAIN):
                hold(variant, step, "calls", calls, CALLS)
        else:
            of_one = best.get((Provision(variant.program, 1, variant.names_account), step))
            if not of_one:
                continue
            hold(variant, step, "hops", hops, of_one[0] + HOPS_OF_REGIONS)
            if step in (PLAN_FIRST, PLAN_AGAIN):
                more = CALLS_A_REGION * (variant.regions - 1)
                hold(variant, step, "calls", calls, of_one[1] + more)
            if step not in WRITES:
                hold(variant, step, "writes", writes, 0)
    return found
