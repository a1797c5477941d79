"""The documents that every contender writes, filled in for one account and region."""

import json
import os
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[3] / "policies" / "stackstate"
AGENT = "210987654321"
TAGS = {"provision:system": "stackstate", "provision:deployment": "default"}


def document(name, account, region):
    text = (FOLDER / f"{name}.json").read_text()
    if name == "integration-role-trust-external":
        # The account in this document is the agent's.
        account = AGENT
    values = {"AccountId": account, "Region": region, "ExternalId": os.environ["STS_EXTERNAL_ID"]}
    for key, value in values.items():
        text = text.replace("${%s}" % key, value)
    filled = json.loads(text)
    if "Statement" in filled:
        # IAM refuses an inline policy without a version.
        filled.setdefault("Version", "2012-10-17")
    return filled
