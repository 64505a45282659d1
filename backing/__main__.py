"""`make services` and `make services-stop`: start what this machine has, each once; end what was started, and no other."""

import argparse
import fcntl
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from backing import account, postgresql, programs, redis, s3
from backing.addresses import FOLDER, addresses, remember
from backing.fault import Fault, Missing
from backing.process import Process

SERVICES = {"postgresql": postgresql, "redis": redis, "s3": s3}


def main() -> int:
    """Start or stop; 1 when a service that is installed could not be started or ended."""
    reader = argparse.ArgumentParser(prog="python -m backing", description="测试与基准所用的本机服务")
    reader.add_argument("deed", choices=("start", "stop", "remove"))
    asked = reader.parse_args()
    with alone(FOLDER):
        if asked.deed == "start":
            install_missing()
        faults = {"start": start, "stop": stop, "remove": remove}[asked.deed](FOLDER)
    for fault in faults:
        say(fault)
    return 1 if faults else 0


def install_missing() -> None:
    """Install what is missing, where we may."""
    for service in SERVICES.values():
        try:
            service.find_program()
        except Missing as missing:
            programs.install(missing.package)


def start(folder: Path) -> list[str]:
    """Start each service that does not run yet. Gives a sentence for each that cannot, though it is installed."""
    faults: list[str] = []
    known = addresses(folder)
    for name, service in SERVICES.items():
        process = Process(name, folder)
        try:
            if name in known and process.wait(lambda service=service, name=name: service.answers(known[name])):  # type: ignore[misc]
                say(f"{name} 已在运行")
                continue
            process.stop(service.STOP)  # It lives without a known address: a start that was cut short.
            known[name] = service.start(process, account.choose(folder))
            remember(folder, known)
            say(f"{name} 就绪")
        except Missing as missing:
            say(str(missing))
        except Fault as fault:
            faults.append(str(fault))
    say(f"地址写在 {folder / 'addresses.json'}")
    return faults


def stop(folder: Path) -> list[str]:
    """End what was started here. Gives a sentence for each that would not end."""
    faults: list[str] = []
    for name, service in SERVICES.items():
        try:
            if Process(name, folder).stop(service.STOP):
                say(f"{name} 已停止")
        except Fault as fault:
            faults.append(str(fault))
    remember(folder, {})
    return faults


def remove(folder: Path) -> list[str]:
    """End what was started here and remove all that it kept. Gives a sentence for each that would not end."""
    faults = stop(folder)
    if not faults:
        shutil.rmtree(account.choose(folder).home)
    return faults


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Let one start or stop at a time touch this checkout's services."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "turn.lock").open("ab") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield


def say(line: str) -> None:
    """Tell the user."""
    print(line, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
