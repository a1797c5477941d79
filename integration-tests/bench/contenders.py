"""The contenders: `provision` in several settings, and its rivals, each with the same five steps."""

import json
import os
import random
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
REGIONS = ["eu-west-1", "us-east-1", "ap-southeast-2"]
AGENT = "210987654321"
# Seconds after which a command counts as hanging.
LIMIT = 300

PLAN_FIRST = "plan, nothing there"
APPLY_FRESH = "apply, fresh"
PLAN_AGAIN = "plan, nothing to do"
APPLY_AGAIN = "apply, nothing to do"
DESTROY = "destroy"
# In the order of one cycle, which begins and ends with an empty account.
STEPS = [PLAN_FIRST, APPLY_FRESH, PLAN_AGAIN, APPLY_AGAIN, DESTROY]


@dataclass
class Run:
    """The cost of one command."""

    wall: float
    cpu: float
    memory: int
    code: int
    output: str
    # Seconds until its first call, if it made one.
    first_call: float | None = None
    calls: list = field(default_factory=list)

    @property
    def waves(self):
        """The number of waves in which the proxy answered, if it answered in waves."""
        return len({call.ended for call in self.calls})

    @property
    def writes(self):
        return sum(call.writes for call in self.calls)


def measure(command, env=None, cwd=None, proxy=None):
    """Runs a command to its end and measures it."""
    with tempfile.NamedTemporaryFile("r", errors="replace") as output:
        if proxy:
            proxy.take_calls()
        cost = subprocess.run(
            [sys.executable, "-I", "-S", HERE / "measure.py", output.name, *map(str, command)],
            env=env, cwd=cwd, check=True, capture_output=True, text=True, timeout=LIMIT,
        ).stdout.split()
        started, ended, cpu = map(float, cost[:3])
        calls = proxy.take_calls() if proxy else []
        first = min((call.started for call in calls), default=None)
        return Run(
            wall=ended - started, cpu=cpu, memory=int(cost[3]), code=int(cost[4]),
            output=output.read(), first_call=first and first - started, calls=calls,
        )


class Failed(Exception):
    """A command that had to succeed did not."""


class Account:
    """An empty account of the emulator, and a folder to run in."""

    def __init__(self, proxy):
        self.proxy = proxy
        # The emulator takes the access key for the account. It is random because no two runs may share one.
        self.id = "%012d" % random.randrange(10**12)
        self.folder = tempfile.TemporaryDirectory()
        kept = ("PATH", "TMPDIR", "LANG")
        self.env = {key: os.environ[key] for key in kept if key in os.environ} | {
            "HOME": self.folder.name,
            "AWS_ENDPOINT_URL": proxy.url,
            "AWS_ACCESS_KEY_ID": self.id,
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": REGIONS[0],
            "AWS_EC2_METADATA_DISABLED": "true",
            "STS_EXTERNAL_ID": "external-id",
            # The emulator never answers late.
            "PROVISION_READ_LAG": "0",
        }

    def run(self, command):
        run = measure(command, self.env, self.folder.name, self.proxy)
        if run.code != 0:
            raise Failed(f"{' '.join(map(str, command))}: exit {run.code}\n{run.output}")
        return run


@dataclass(frozen=True)
class Provision:
    """The program itself."""

    program: Path
    regions: int = 1
    names_account: bool = False

    @property
    def name(self):
        place = "" if self.regions == 1 else f", {self.regions} regions"
        return "provision" + place + (", `account` set" if self.names_account else "")

    def command(self, step, account):
        settings = [f"regions = {json.dumps(REGIONS[:self.regions])}"]
        if self.names_account:
            settings.append(f'account = "{account.id}"')
        settings += ["[stackstate]", f'agent_principals = ["{AGENT}"]',
                     'external_id = "${STS_EXTERNAL_ID}"']
        Path(account.folder.name, "provision.toml").write_text("\n".join(settings))
        verb = step.partition(",")[0]
        command = [self.program, verb] + ([] if verb == "plan" else ["--yes"])
        # Without the account `destroy --yes` is refused.
        return command + (["--account", account.id] if verb == "destroy" else [])


@dataclass(frozen=True)
class Rival:
    """A script of `rivals/`, which makes the same resources in one region."""

    name: str
    script: str

    def command(self, step, account):
        verb = step.partition(",")[0]
        return [sys.executable, HERE / "rivals" / self.script, verb, account.id]


RIVALS = [Rival("boto3 script", "script.py"), Rival("CloudFormation", "stack.py")]


def cycle(contender, proxy, program, added=0.0, quiet=0.0, after=lambda step, account: None):
    """Runs all steps of a contender once in a new account, and returns the run of each step."""
    account = Account(proxy)
    # The emulator is slower at an account's first calls, so they are made before the measuring.
    proxy.added = proxy.quiet = 0.0
    everywhere = Provision(program, len(REGIONS))
    account.run(everywhere.command(PLAN_FIRST, account))
    runs = {}
    for step in STEPS:
        proxy.added, proxy.quiet = added, quiet
        runs[step] = account.run(contender.command(step, account))
        proxy.added = proxy.quiet = 0.0
        after(step, account)
    return runs
