"""What every command shares: where the home is, opening the store, results on stdout, sentences on stderr, exit codes.

0 done, 1 refused, 2 wrong usage (click's), 3 no connection. With `--json` the result, or `{"error": …}`, is one JSON value.
"""

import functools
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from field_client import faces, lease, unlock, users, wiping
from field_client.clock import Clock, system_clock
from field_client.errors import FieldError
from field_client.settings import PIN_VARIABLE, Device, Home, default_home, load_device
from field_client.store import Store, open_store, storage_errors

FILE = click.Path(path_type=Path)
WITHOUT_A_USER = frozenset({"enrol", "practice"})


@dataclass(frozen=True)
class Output:
    """A result: its JSON value, its lines for people, and the exit code."""

    data: Any
    lines: list[str] = field(default_factory=list)
    exit_code: int = 0
    notice: str = ""  # a sentence for stderr


@dataclass
class App:
    """One run of a command. The store is opened when first asked for, and closed at the end."""

    home: Home
    clock: Clock
    reads_pin: bool
    _store: Store | None = None

    @property
    def device(self) -> Device:
        """The device's public facts. Raises FieldError("device.not_enrolled")."""
        return load_device(self.home)

    @property
    def store(self) -> Store:
        """The open store. Raises FieldError("pin.wrong", "pin.needed", …)."""
        if self._store is None:
            self._store = open_store(self.home, self.store_key())
            lease.observe(self._store, self.device, self.clock)
            faces.purge(self._store, self.clock)
        return self._store

    def store_key(self) -> bytes:
        """Give the store key: from an unlocked session, or for a PIN, which unlocks one."""
        if not self.device.protection["pin"]:
            return unlock.open_with_pin(self.home, None)
        if not self.reads_pin:
            found = unlock.remembered(self.home, self.clock, os.environ)
            if found:
                return found
        store_key = unlock.open_by_hand(self.home, self.clock, pin=self.pin())
        unlock.remember(self.home, store_key, self.clock, os.environ)
        return store_key

    def pin(self) -> str | None:
        """Read the PIN from stdin, the environment or the terminal; None where there is none of them."""
        if self.reads_pin:
            return read_line()
        if os.environ.get(PIN_VARIABLE):
            return os.environ[PIN_VARIABLE]
        return click.prompt("PIN", hide_input=True, err=True) if sys.stdin.isatty() else None

    def close(self) -> None:
        """Close what was opened."""
        if self._store is not None:
            self._store.close()


Deed = Callable[..., Output]


def command(group: click.Group, name: str, *, help: str) -> Callable[[Deed], click.Command]:
    """Register a function of an App as a command; `--home`, `--json` and `--pin-stdin` are understood everywhere."""

    def register(deed: Deed) -> click.Command:
        @functools.wraps(deed)
        def run(home: Path | None, user: str | None, as_json: bool, pin_stdin: bool, **given: Any) -> None:
            base = (home or _root("home") or default_home()).absolute()
            app = App(Home(base), system_clock(), pin_stdin)
            try:
                for one in users.folders(base):
                    wiping.resume(one, os.environ, tells=name == "sync")
                if name not in WITHOUT_A_USER:
                    app.home = users.home_of(base, user or _root("user"))
                with storage_errors():
                    output = deed(app, **given)
            except FieldError as refusal:
                output = _refused(refusal)
            finally:
                app.close()
            _print(output, as_json=as_json)

        for option in (_HOME, _USER, _JSON, _PIN):
            option(run)
        return group.command(name, help=help)(run)

    return register


def nothing() -> None:
    """Hold commands and do nothing itself."""


def read_line() -> str:
    """Read one line of stdin, without its end."""
    return sys.stdin.readline().rstrip("\r\n")


def pairs(given: tuple[str, ...]) -> dict[str, str]:
    """Read NAME=VALUE arguments. Raises FieldError("input.pair")."""
    found = {}
    for text in given:
        name, is_pair, value = text.partition("=")
        if not is_pair or not name:
            raise FieldError("input.pair")
        found[name] = value
    return found


_HOME = click.option("--home", type=FILE, help="数据文件夹（默认：用户数据目录）。")
_USER = click.option("--user", help="几个人共用一台设备时：用户名。")
_JSON = click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
_PIN = click.option("--pin-stdin", is_flag=True, help="从标准输入读一行 PIN。")


def _root(name: str) -> Any:
    return click.get_current_context().find_root().params.get(name)


def _refused(refusal: FieldError) -> Output:
    error = {"error": {"code": refusal.code, "message": refusal.message}}
    return Output(error, [], refusal.exit_code, refusal.message)


def _print(output: Output, *, as_json: bool) -> None:
    if output.notice:
        click.echo(output.notice, err=True)
    if as_json:
        click.echo(json.dumps(output.data, ensure_ascii=False, indent=2, sort_keys=False))
    else:
        for line in output.lines:
            click.echo(line)
    if output.exit_code:
        raise SystemExit(output.exit_code)
