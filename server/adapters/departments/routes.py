"""Which source is asked on which way: a TOML file of the operator's (`ZSB_CHECK_ROUTES`). A source without a way is not asked.

[[connector]]
name = "county-banks"            # stands in the use log
kind = "http"                    # or "folder"
url = "https://…"                # or folder = "/srv/checks"
key_file = "/etc/…/banks.key"    # at least 32 bytes, shared with the department
timeout_s = 20
sources = ["banks", "insurers"]
"""

import tomllib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from server.adapters.departments.connector import Connector
from server.adapters.departments.folder import FolderConnector
from server.adapters.departments.http import HttpConnector
from server.domain.errors import SettingsInvalid

SHORTEST_KEY_BYTES = 32
DEFAULT_TIMEOUT_S = 20


@dataclass(frozen=True)
class Routes:
    """The ways by name, and for each source the name of its way."""

    connectors: Mapping[str, Connector] = field(default_factory=dict)
    by_source: Mapping[str, str] = field(default_factory=dict)


def read_routes(
    path: Path, known: Collection[str], *, clock: Callable[[], datetime], pause: Callable[[float], None]
) -> Routes:
    """Read the file. Raises SettingsInvalid that names every fault in it together; a key is never repeated."""
    try:
        rows = tomllib.loads(path.read_text("utf-8"))["connector"]
    except (OSError, ValueError, KeyError):
        raise SettingsInvalid([f"读不出核对通道文件 {path}: 应为 TOML, 至少有一个 [[connector]]"]) from None
    faults: list[str] = []
    connectors: dict[str, Connector] = {}
    by_source: dict[str, str] = {}
    for row in rows:
        name = str(row.get("name", ""))
        faults += _faults(row, known, by_source)
        if not faults:
            connectors[name] = _connector(row, clock, pause)
            by_source |= dict.fromkeys(row["sources"], name)
    if faults:
        raise SettingsInvalid(faults)
    return Routes(connectors, by_source)


def _faults(row: Mapping[str, Any], known: Collection[str], taken: Collection[str]) -> list[str]:
    """Word what is wrong with one connector."""
    name, kind = row.get("name") or "(无名)", row.get("kind")
    place = {"http": "url", "folder": "folder"}.get(str(kind))
    sources = row.get("sources") or []
    timeout = row.get("timeout_s", DEFAULT_TIMEOUT_S)
    found = [
        (not row.get("name"), "缺少 name"),
        (place is None, "kind 应为 http 或 folder"),
        (place is not None and not row.get(place), f"缺少 {place}"),
        (not sources, "缺少 sources"),
        (bool(set(sources) - set(known)), f"没有这些来源: {sorted(set(sources) - set(known))}"),
        (bool(set(sources) & set(taken)), f"来源已由别的通道办理: {sorted(set(sources) & set(taken))}"),
        (not isinstance(timeout, int | float) or timeout <= 0, "timeout_s 应为大于零的秒数"),
        (len(_key(row)) < SHORTEST_KEY_BYTES, f"key_file 读不出, 或密钥不足 {SHORTEST_KEY_BYTES} 字节"),
    ]
    return [f"核对通道 {name}: {text}" for is_wrong, text in found if is_wrong]


def _connector(row: Mapping[str, Any], clock: Callable[[], datetime], pause: Callable[[float], None]) -> Connector:
    if row["kind"] == "folder":
        return FolderConnector(Path(row["folder"]), _key(row), clock)
    timeout_s = float(row.get("timeout_s", DEFAULT_TIMEOUT_S))
    return HttpConnector(str(row["url"]), _key(row), timeout_s, clock, pause)


def _key(row: Mapping[str, Any]) -> bytes:
    try:
        return Path(str(row.get("key_file", ""))).read_bytes().strip()
    except OSError:
        return b""
