"""The bounds that `provision fleet plan` must keep in 1,000 accounts and 17 regions."""

# Milliseconds that the stub adds to each call.
DELAY = 80
ACCOUNTS = 1000
WALL = 60
CPU = 90
MEMORY = 150 * 2**20
CALLS = 137
FILES = 1024
# The calls of all accounts that are under way at one time, by default.
CONCURRENCY = 256
# The most that the memory grows with each account that ended.
MEMORY_AN_ACCOUNT = 8 * 2**10


def exceeded(runs):
    """The bounds that `runs` exceed, as sentences."""
    found = []

    def hold(run, what, value, bound):
        if value > bound:
            tls = " over TLS" if run.tls else ""
            found.append(f"{run.accounts} accounts{tls}: {value:g} {what}, and {bound:g} are the most")

    for run in runs:
        seen = run.seen
        hold(run, "requests signed by another account", len(seen["foreign"]), 0)
        hold(run, "requests that nothing was recorded for", len(seen["unknown"]), 0)
        hold(run, "secrets that are shown", len(run.shown), 0)
        hold(run, "sessions of an account", seen["most_assumed"] or 0, 1)
        hold(run, "calls an account", seen["most_calls"] + 1, CALLS)
        hold(run, "connections", seen["connections"], CONCURRENCY + seen["hosts"])
        hold(run, "open files", run.files, FILES)
        if run.accounts == ACCOUNTS:
            hold(run, "bytes of memory", run.memory, MEMORY)
        if run.accounts == ACCOUNTS and not run.tls:
            hold(run, "seconds", run.wall, WALL)
            hold(run, "seconds of CPU", run.cpu, CPU)
        if run.accounts > ACCOUNTS:
            less = next(it for it in runs if it.accounts == ACCOUNTS)
            growth = (run.memory - less.memory) / (run.accounts - less.accounts)
            hold(run, "bytes of memory more for each account", growth, MEMORY_AN_ACCOUNT)
    return found
