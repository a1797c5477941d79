"""Measures `provision fleet plan` in many accounts, and writes a part of `docs/benchmarks.md`.

    fleet.py PROGRAM STUB PAGE [ACCOUNTS...]

PROGRAM is the release build, STUB the release build of `fleet-stub`, PAGE the file whose last part is
written. AWS_ENDPOINT_URL names the emulator that one account is recorded from. Fails if a bound is
exceeded.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import fleet_page
from fleet_bounds import DELAY, exceeded

HERE = Path(__file__).resolve().parent
MEASURE = HERE / "measure.py"
REGIONS = [
    "eu-west-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "sa-east-1",
    "eu-west-2", "eu-west-3", "eu-central-1", "eu-north-1", "ap-south-1", "ap-northeast-1",
    "ap-northeast-2", "ap-northeast-3", "ap-southeast-1", "ap-southeast-2",
]
ACCOUNTS = [10, 100, 1000, 5000]
# The accounts of the run over TLS.
OVER_TLS = 1000
# Seconds after which a run counts as hanging.
LIMIT = 1800
# Seconds between two looks at the open files.
LOOK = 0.05

EXTERNAL_ID = "external-id-of-the-agent"
# How the stub's secret keys and session tokens begin.
SECRETS = [EXTERNAL_ID, "secret-key-of-", "session-token-of-"]

SYSTEM = """
[stackstate]
agent_principals = ["210987654321"]
external_id = "${STS_EXTERNAL_ID}"
"""
FLEET = """
[fleet]
role = "provision/ProvisionDeploy"
organization = "o-a1b2c3d4e5"
ous = ["root"]
"""


@dataclass
class Run:
    """What a run cost, and what the stub saw."""

    accounts: int
    tls: bool
    wall: float
    cpu: float
    memory: int
    files: int
    code: int
    seen: dict
    stub_cpu: float
    output: str
    # What the output and the report have that nobody may see.
    shown: list


def openssl(folder, *args):
    made = subprocess.run(["openssl", *args], cwd=folder, capture_output=True, text=True)
    if made.returncode:
        sys.exit(f"error: openssl {args[0]}: {made.stderr}")


def certificates(folder):
    """A certificate authority, and a certificate for every host that the program asks."""
    names = [f"DNS:*.{place}amazonaws.com" for region in REGIONS for place in (
        f"{region}.", f"s3.{region}.")]
    names = ["DNS:*.amazonaws.com", *names]
    Path(folder, "names").write_text(f"subjectAltName = {','.join(names)}\n")
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    openssl(folder, "req", "-x509", *key, "-days", "2", "-subj", "/CN=ca", "-keyout", "ca.key",
            "-out", "ca.pem")
    openssl(folder, "req", "-new", *key, "-subj", "/CN=aws", "-keyout", "aws.key", "-out", "aws.csr")
    openssl(folder, "x509", "-req", "-in", "aws.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
            "-CAcreateserial", "-days", "2", "-extfile", "names", "-out", "aws.pem")


@contextmanager
def served(stub, recording, accounts, tls=()):
    """The stub's process, its address, and the caller's keys."""
    command = [stub, "serve", recording, accounts, DELAY, *tls]
    process = subprocess.Popen(
        list(map(str, command)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield process, *process.stdout.readline().split()
    finally:
        process.stdin.close()
        process.wait()


def open_files(pid):
    try:
        return len(os.listdir(f"/proc/{pid}/fd"))
    except OSError:
        # It has ended.
        return 0


def measure(command, env, folder):
    """Runs a command to its end. The program is the one child of the process that measures it."""
    output = Path(folder, "output")
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", MEASURE, output, *map(str, command)],
        env=env, cwd=folder, stdout=subprocess.PIPE, text=True)
    files, ends = 0, time.monotonic() + LIMIT
    while process.poll() is None and time.monotonic() < ends:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        pids = children.read_text().split() if children.exists() else []
        files = max([files, *map(open_files, pids)])
        time.sleep(LOOK)
    if process.poll() is None:
        process.kill()
        sys.exit(f"error: {command} did not end within {LIMIT} s")
    started, ended, cpu, memory, code = process.stdout.read().split()
    return (float(ended) - float(started), float(cpu), int(memory), files, int(code),
            output.read_text(errors="replace"))


def run(program, stub, recording, accounts, tls=None):
    with tempfile.TemporaryDirectory() as folder:
        settings = f"regions = {json.dumps(REGIONS)}\n{FLEET}{SYSTEM}"
        Path(folder, "provision.toml").write_text(settings)
        files = [Path(tls, "aws.pem"), Path(tls, "aws.key")] if tls else []
        with served(stub, recording, accounts, files) as (process, url, key, secret):
            env = {
                "HOME": folder,
                "AWS_ACCESS_KEY_ID": key,
                "AWS_SECRET_ACCESS_KEY": secret,
                "AWS_EC2_METADATA_DISABLED": "true",
                "STS_EXTERNAL_ID": EXTERNAL_ID,
            } | ({"HTTPS_PROXY": url, "AWS_CA_BUNDLE": str(Path(tls, "ca.pem"))} if tls
                 else {"AWS_ENDPOINT_URL": url})
            report = Path(folder, "report.jsonl")
            command = [program, "fleet", "plan", "--report", report]
            wall, cpu, memory, files, code, output = measure(command, env, folder)
            seen = json.load(urllib.request.urlopen(f"{url}/counts"))
            stat = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
        ticks = os.sysconf("SC_CLK_TCK")
        texts = output + (report.read_text() if report.exists() else "")
        return Run(accounts, bool(tls), wall, cpu, memory, files, code, seen,
                   (int(stat[11]) + int(stat[12])) / ticks, output,
                   [secret for secret in SECRETS if secret in texts])


def main():
    program, stub, file = (Path(argument).resolve() for argument in sys.argv[1:4])
    sizes = [int(argument) for argument in sys.argv[4:]] or ACCOUNTS

    def say(text):
        print(text, file=sys.stderr, flush=True)

    runs = []
    with tempfile.TemporaryDirectory() as folder:
        recording = Path(folder, "recording.json")
        settings = Path(folder, "recorded.toml")
        settings.write_text(f"regions = {json.dumps(REGIONS)}\n{SYSTEM}")
        say("recording one account")
        subprocess.run([stub, "record", program, settings, recording], check=True)
        certificates(folder)
        for accounts, tls in [*((size, None) for size in sizes), (min(OVER_TLS, max(sizes)), folder)]:
            say(f"{accounts} accounts" + (" over TLS" if tls else ""))
            runs.append(run(program, stub, recording, accounts, tls))
            if runs[-1].code:
                sys.exit(f"error: exit {runs[-1].code}\n{runs[-1].output[-4000:]}")
    missed = exceeded(runs)
    part = fleet_page.many_accounts(runs, program, len(REGIONS), DELAY, missed)
    fleet_page.replace(file, fleet_page.MANY, part)
    print(part)
    if missed:
        sys.exit("\n".join(["error: bounds are exceeded:", *missed]))


if __name__ == "__main__":
    main()
