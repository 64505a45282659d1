"""The peers: Kinto on PostgreSQL under gunicorn, and pouchdb-server, installed at first use and kept in var/bench.

Both get the same fields in the batch size that suits them, over one kept connection, in bytes that were prepared before.
"""

import base64
import contextlib
import http.client
import json
import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from benchmarks.sync import postgres
from benchmarks.sync.device import IDLE_S
from benchmarks.sync.processes import FOLDER, free_port, running

Document = tuple[str, dict[str, Any]]
KINTO_BATCH, POUCH_BATCH, PULL_ROWS = 100, 1000, 10_000
INSTALL_S = 600


class NotHere(RuntimeError):
    """A peer could not be installed on this machine."""


class Peer:
    """What both have in common: one connection, prepared bodies, and a count of the bytes that came."""

    name = ""
    headers: Mapping[str, str] = MappingProxyType({})

    def __init__(self, port: int, database: str) -> None:
        self.port, self.database = port, database
        self.received = self.sent = 0
        self.connect()

    def connect(self) -> None:
        """Begin a new connection."""
        self.line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        self.used = time.monotonic()

    def ask(self, method: str, path: str, body: bytes | None = None) -> bytes:
        """Ask and read the whole answer."""
        if time.monotonic() - self.used > IDLE_S:
            self.connect()
        self.line.request(method, path, body, dict(self.headers))
        answer = self.line.getresponse()
        found = answer.read()
        assert answer.status < 300 or answer.status == 404, (answer.status, found[:300])
        self.sent, self.received = self.sent + len(body or b""), self.received + len(found)
        self.tag, self.used = answer.headers.get("ETag", ""), time.monotonic()
        return found

    def make(self) -> None: ...
    def bodies(self, documents: Sequence[Document]) -> list[bytes]: ...
    def push(self, body: bytes) -> bytes: ...
    def pull(self) -> Iterator[list[tuple[str, str]]]: ...
    def cursor(self) -> str: ...
    def changes(self, cursor: str) -> list[Any]: ...
    def session(self, body: bytes) -> None: ...


class Kinto(Peer):
    name = "Kinto"
    headers = MappingProxyType(
        {"Authorization": "Basic " + base64.b64encode(b"bench:bench").decode(), "Content-Type": "application/json"}
    )

    @property
    def records(self) -> str:
        return f"/v1/buckets/bench/collections/{self.database}/records"

    def make(self) -> None:
        self.ask("PUT", "/v1/buckets/bench", b"{}")
        self.ask("PUT", f"/v1/buckets/bench/collections/{self.database}", b"{}")

    def bodies(self, documents: Sequence[Document]) -> list[bytes]:
        asked = [
            {"method": "PUT", "path": f"{self.records[3:]}/{record_id}", "body": {"data": fields}}
            for record_id, fields in documents
        ]
        parts = (asked[start : start + KINTO_BATCH] for start in range(0, len(asked), KINTO_BATCH))
        return [json.dumps({"requests": part}, ensure_ascii=False).encode() for part in parts]

    def push(self, body: bytes) -> bytes:
        return self.ask("POST", "/v1/batch", body)

    def pull(self) -> Iterator[list[tuple[str, str]]]:
        found = json.loads(self.ask("GET", f"{self.records}?_limit={PULL_ROWS}"))["data"]
        yield [(one["id"], json.dumps(one, ensure_ascii=False)) for one in found]

    def cursor(self) -> str:
        self.ask("HEAD", self.records)
        return self.tag.strip('"')

    def changes(self, cursor: str) -> list[Any]:
        return list(json.loads(self.ask("GET", f"{self.records}?_since={cursor}"))["data"])

    def session(self, body: bytes) -> None:
        self.push(body)
        self.changes(self.tag.strip('"') or "1")


class Pouch(Peer):
    name = "pouchdb-server"
    headers = MappingProxyType({"Content-Type": "application/json"})

    def make(self) -> None:
        self.ask("PUT", f"/{self.database}")

    def bodies(self, documents: Sequence[Document]) -> list[bytes]:
        asked = [{"_id": record_id, **fields} for record_id, fields in documents]
        parts = (asked[start : start + POUCH_BATCH] for start in range(0, len(asked), POUCH_BATCH))
        return [json.dumps({"docs": part}, ensure_ascii=False).encode() for part in parts]

    def push(self, body: bytes) -> bytes:
        return self.ask("POST", f"/{self.database}/_bulk_docs", body)

    def pull(self) -> Iterator[list[tuple[str, str]]]:
        since: Any = 0
        while True:
            path = f"/{self.database}/_changes?include_docs=true&limit={POUCH_BATCH}&since={since}"
            found = json.loads(self.ask("GET", path))
            if not found["results"]:
                return
            since = found["last_seq"]
            yield [(one["id"], json.dumps(one["doc"], ensure_ascii=False)) for one in found["results"]]

    def cursor(self) -> str:
        return str(json.loads(self.ask("GET", f"/{self.database}"))["update_seq"])

    def changes(self, cursor: str) -> list[Any]:
        path = f"/{self.database}/_changes?include_docs=true&since={cursor}"
        return list(json.loads(self.ask("GET", path))["results"])

    def session(self, body: bytes) -> None:
        """Replicate as PouchDB does at the least: checkpoint, documents, what is new, checkpoint."""
        self.ask("GET", f"/{self.database}/_local/none")
        self.push(body)
        self.ask("GET", f"/{self.database}/_changes?since=now")


@contextlib.contextmanager
def kinto(address: str) -> Iterator[int]:
    """Install and run Kinto; gives its port."""
    folder = (FOLDER / "kinto").absolute()
    if not (folder / "bin" / "kinto").exists():
        venv.create(folder, with_pip=True)
        _install([str(folder / "bin" / "pip"), "install", "-q", "kinto[postgresql]==26.*", "gunicorn"], folder)
    postgres.create(address, "kinto")
    url, port = f"postgresql://{address}/kinto", free_port()
    (folder / "kinto.ini").write_text(KINTO_INI.format(url=url))
    (folder / "wsgi.py").write_text(KINTO_WSGI)
    migrate = [str(folder / "bin" / "kinto"), "migrate", "--ini", "kinto.ini"]
    subprocess.run(migrate, cwd=folder, check=True, capture_output=True)
    serving = [str(folder / "bin" / "gunicorn"), "-w", "2", "--threads", "4", "-b", f"127.0.0.1:{port}"]
    with running([*serving, "wsgi:application"], port, path="/v1/", log=folder / "log", env={}):
        yield port


@contextlib.contextmanager
def pouch() -> Iterator[int]:
    """Install and run pouchdb-server on a fresh folder; gives its port."""
    folder = (FOLDER / "pouch").absolute()
    program = folder / "node_modules" / "pouchdb-server" / "bin" / "pouchdb-server"
    if not program.exists():
        folder.mkdir(parents=True, exist_ok=True)
        _install(["npm", "install", "--no-audit", "--no-fund", "--silent", "pouchdb-server@4"], folder)
    shutil.rmtree(folder / "data", ignore_errors=True)
    (folder / "data").mkdir()
    port = free_port()
    serving = ["node", str(program), "--port", str(port), "--host", "127.0.0.1", "--dir", "data", "--no-stdout-logs"]
    with running(serving, port, path="/", log=folder / "log", env={}):
        yield port


def _install(command: list[str], folder: Path) -> None:
    try:
        subprocess.run(command, cwd=folder, check=True, timeout=INSTALL_S, stdout=sys.stderr)
    except (OSError, subprocess.SubprocessError) as error:
        raise NotHere(command[0]) from error


KINTO_INI = """[app:main]
use = egg:kinto
kinto.storage_backend = kinto.core.storage.postgresql
kinto.storage_url = {url}
kinto.permission_backend = kinto.core.permission.postgresql
kinto.permission_url = {url}
kinto.cache_backend = kinto.core.cache.memory
kinto.userid_hmac_secret = benchmark
kinto.bucket_create_principals = system.Authenticated
kinto.batch_max_requests = 100
multiauth.policies = basicauth
multiauth.policy.basicauth.use = kinto.core.authentication.BasicAuthAuthenticationPolicy
"""
KINTO_WSGI = """import configparser
from kinto import main
config = configparser.ConfigParser()
config.read("kinto.ini")
application = main({}, **dict(config.items("app:main")))
"""
