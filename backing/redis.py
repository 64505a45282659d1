"""Redis: in memory only, with a password, on loopback only."""

import secrets
import signal
import socket
from pathlib import Path

from backing.account import Account
from backing.process import Process, start_on_a_free_port
from backing.programs import find

STOP = signal.SIGTERM


def find_program() -> Path:
    """Find the program. Raises Missing."""
    return find("redis-server", package="redis-server")


def start(process: Process, account: Account) -> str:
    """Start it and give its address. Raises Missing or Fault."""
    program = find_program()
    password = secrets.token_hex(16)

    def begin(port: int) -> None:
        wanted = {"bind": "127.0.0.1", "port": str(port), "requirepass": password, "save": '""', "appendonly": "no"}
        text = "\n".join(f"{name} {value}" for name, value in wanted.items())
        process.start([str(program), "-"], account, text=text)  # By stdin: arguments are read by everybody.

    port = start_on_a_free_port(process, begin, lambda port: answers(address(port, password)))
    return address(port, password)


def address(port: int, password: str) -> str:
    """Write the address as redis clients read it."""
    return f"redis://:{password}@127.0.0.1:{port}/0"


def answers(address: str) -> bool:
    """Sign in and ask for a sign of life."""
    password, _, place = address.removeprefix("redis://:").partition("@")
    host, _, port = place.removesuffix("/0").partition(":")
    try:
        with socket.create_connection((host, int(port)), timeout=5) as line:
            line.sendall(f"AUTH {password}\r\nPING\r\nQUIT\r\n".encode())
            heard = b"".join(iter(lambda: line.recv(1024), b""))
    except OSError:
        return False
    return b"+PONG" in heard
