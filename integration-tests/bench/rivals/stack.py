"""Creates the same resources as a CloudFormation stack.

    stack.py plan|apply|destroy ACCOUNT

`plan` creates a change set and deletes it. The waiters ask every 0.1 s, where AWS's own tools wait for
seconds, because such waiting is not to count against CloudFormation.
"""

import json
import sys

import boto3
from botocore.exceptions import ClientError, WaiterError

from template import template

COMMAND, ACCOUNT = sys.argv[1:]
REGION = "eu-west-1"
STACK = "stackstate"
WAITING = {"Delay": 0.1, "MaxAttempts": 600}

client = boto3.client("cloudformation", region_name=REGION)
ARGUMENTS = {
    "StackName": STACK,
    "TemplateBody": json.dumps(template(ACCOUNT, REGION)),
    "Capabilities": ["CAPABILITY_NAMED_IAM"],
}


def wait(name, **arguments):
    client.get_waiter(name).wait(**arguments, WaiterConfig=WAITING)


def exists():
    try:
        return bool(client.describe_stacks(StackName=STACK)["Stacks"])
    except ClientError as error:
        if "does not exist" in str(error):
            return False
        raise


def plan():
    present = exists()
    change_set = client.create_change_set(
        ChangeSetName="plan", ChangeSetType="UPDATE" if present else "CREATE", **ARGUMENTS)
    try:
        wait("change_set_create_complete", ChangeSetName=change_set["Id"])
    except WaiterError as error:
        # A change set without changes counts as failed.
        if "didn't contain changes" not in str(error.last_response):
            raise
    described = client.describe_change_set(ChangeSetName=change_set["Id"])
    print(f"{len(described.get('Changes', []))} changes")
    client.delete_change_set(ChangeSetName=change_set["Id"])
    if not present:
        client.delete_stack(StackName=STACK)
        wait("stack_delete_complete", StackName=STACK)


def apply():
    if not exists():
        client.create_stack(**ARGUMENTS)
        wait("stack_create_complete", StackName=STACK)
        return
    try:
        client.update_stack(**ARGUMENTS)
    except ClientError as error:
        if "No updates are to be performed" not in str(error):
            raise
        print("nothing to do")
        return
    wait("stack_update_complete", StackName=STACK)


def destroy():
    client.delete_stack(StackName=STACK)
    wait("stack_delete_complete", StackName=STACK)


{"plan": plan, "apply": apply, "destroy": destroy}[COMMAND]()
