"""The part of `docs/benchmarks.md` about many accounts, which is measured apart from the rest."""

from report import machine

MANY = "## Many accounts\n"

TEXT = """\
Measured and written by `make bench-fleet`: `provision fleet plan` in the accounts of an organization, each in
{regions} regions and with everything in place. A stub answers as an emulator (LocalStack) answered for one
account, with the account's id replaced, and every call takes {delay} ms. *CPU* (user and system time), *memory*
(the largest resident set), *files* (the most open at one time) and *time* are the program's; the rest was counted
by the stub. *Calls* are those of the account with the most, AssumeRole among them. Over TLS the program asks AWS's
real host names, through a proxy.
"""

HEAD = """\
| accounts | time | CPU | memory | calls | requests | at once | connections | handshakes | hosts | files |
|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|
"""


def row(run):
    seen = run.seen
    tls = " over TLS" if run.tls else ""
    handshakes = f"{seen['handshakes']:,} + {seen['resumed']:,} resumed" if run.tls else ""
    return (
        f"| {run.accounts:,}{tls} | {run.wall:.1f} s | {run.cpu:.1f} s | {run.memory / 2**20:.0f} MiB "
        f"| {seen['most_calls'] + 1} | {seen['requests']:,} | {seen['requests_at_once']} "
        f"| {seen['connections']:,} | {handshakes} | {seen['hosts']:,} | {run.files} |\n")


def many_accounts(runs, program, regions, delay, missed):
    bounds = missed or ["All bounds of `integration-tests/bench/fleet_bounds.py` are kept."]
    return "".join([
        MANY, "\n", machine(program), "\n\n", TEXT.format(regions=regions, delay=delay), "\n", HEAD,
        *map(row, runs), "\n", *(f"{line}\n" for line in bounds)])


def replace(file, heading, part):
    """Puts `part` in the place of the last part of `file`, which begins with `heading`."""
    before, _, _ = file.read_text().partition(heading)
    file.write_text(f"{before.rstrip()}\n\n{part}")


def kept(file, heading):
    """The last part of `file`, which begins with `heading`, as text to be added."""
    _, found, part = (file.read_text() if file.exists() else "").partition(heading)
    return f"\n{found}{part}" if found else ""
