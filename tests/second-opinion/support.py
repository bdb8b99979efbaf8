"""What the tests share: clients of a running sandbox, and the AWS command line."""

import json
import os
import subprocess
import sys
import uuid

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT = os.environ["SENDO_SANDBOX_ENDPOINT"]
REGION = "us-east-1"
KEYS = {"aws_access_key_id": "AKIASANDBOX", "aws_secret_access_key": "sandbox"}


def client(service):
    """A boto3 client of the sandbox, without retries."""
    config = Config(retries={"max_attempts": 1})
    return boto3.client(service, endpoint_url=ENDPOINT, region_name=REGION, config=config, **KEYS)


def aws(*arguments):
    """What the AWS command line prints, as JSON."""
    environment = os.environ | {name.upper(): value for name, value in KEYS.items()} | {"AWS_PAGER": ""}
    command = [os.path.join(os.path.dirname(sys.executable), "aws"), "--endpoint-url", ENDPOINT, "--region", REGION, "--output", "json"]
    printed = subprocess.run([*command, *arguments], env=environment, check=True, capture_output=True, text=True).stdout
    return json.loads(printed) if printed.strip() else None


def code_of(call):
    """The code of the error that a call ends with."""
    try:
        call()
    except ClientError as error:
        return error.response["Error"]["Code"]
    return None


def unique(stem):
    """A name that no other test has."""
    return f"{stem}-{uuid.uuid4().hex[:12]}"
