"""An S3-compatible store: rclone over a folder, with real signatures, on loopback only."""

import secrets
import signal
from pathlib import Path
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from backing.account import Account
from backing.process import Process, start_on_a_free_port
from backing.programs import find

STOP = signal.SIGTERM


def find_program() -> Path:
    """Find the program. Raises Missing."""
    return find("rclone", package="rclone")


def start(process: Process, account: Account) -> str:
    """Start it and give its address, with the access key and the secret as user and password. Raises Missing or Fault."""
    program = account.program(find_program())
    folder = account.folder("s3")
    key, secret = secrets.token_hex(10), secrets.token_hex(20)

    def begin(port: int) -> None:
        serving = ["serve", "s3", str(folder), "--addr", f"127.0.0.1:{port}", "--config", "/dev/null"]
        hidden = {"RCLONE_AUTH_KEY": f'"{key},{secret}"'}  # By the environment: arguments are read by everybody.
        process.start([str(program), *serving], account, environment=hidden)

    port = start_on_a_free_port(process, begin, lambda port: answers(address(port, key, secret)))
    return address(port, key, secret)


def address(port: int, key: str, secret: str) -> str:
    """Write the address with its keys."""
    return f"http://{key}:{secret}@127.0.0.1:{port}"


def answers(address: str) -> bool:
    """List the buckets, signed with the keys."""
    place = urlsplit(address)
    client = boto3.client(
        "s3",
        endpoint_url=f"http://{place.hostname}:{place.port}",
        region_name="us-east-1",
        aws_access_key_id=place.username,
        aws_secret_access_key=place.password,
        config=Config(connect_timeout=5, read_timeout=5, retries={"total_max_attempts": 1}, proxies={}),
    )
    try:
        client.list_buckets()
    except (BotoCoreError, ClientError):
        return False
    return True
