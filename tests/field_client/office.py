"""A small office over real sockets that speaks the contract by `sync.protocol`, and can fail on purpose.

It keeps everything in memory and decides little: what the device must survive is tested here, what an office must
decide is tested with the server. Faults are attributes that tests set: cut an answer after n bytes, lose an answer
after its commit, cut an upload after n bytes, refuse a blob.
"""

import base64
import functools
import hashlib
import json
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from sync import packing
from sync.canonical import dumps, moment
from sync.digest import NOTHING, carried_on, checksum
from sync.frames import Acks, BucketState, End, Frame, Page, Result, Row, Scope, Welcome, encode, proof
from sync.lease import grant, is_due
from sync.protocol import Mutation, Request
from sync.records import REGISTRY, Merge
from sync.seal import sign_receipt
from sync.visit_shape import blob_hashes

STAFF_ID, PASSWORD = "staff-1", "correct horse"
SERVER_AT = "2026-07-01T00:00:00.000Z"
PAGE_ROWS = 2


@dataclass
class Bucket:
    key: str
    head: int = 0
    rows: dict[tuple[str, str], Row] = field(default_factory=dict)

    def live(self) -> list[Row]:
        return [row for row in self.rows.values() if row.body is not None]

    def state(self) -> BucketState:
        rows = ((row.type, row.id, row.seq, row.body or b"") for row in self.live())
        return BucketState(self.head, *checksum(bytes.fromhex(self.key), rows))


@dataclass
class Upload:
    size: int
    kind: str
    data: bytearray = field(default_factory=bytearray)


class Office:
    """The state and the rules; `serve` puts it behind a port of its own."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.epoch = "epoch-1"
        self.receipt_key = Ed25519PrivateKey.generate()
        self.buckets: dict[str, Bucket] = {}
        self.device_keys: dict[str, str] = {}
        self.scope: list[str] = []
        self.applied_n = 0
        self.running_start = NOTHING
        self.durable_n: int | None = None  # None: as much as is applied
        self.mutations: dict[int, Mutation] = {}
        self.results: dict[int, Result] = {}
        self.uploads: dict[str, Upload] = {}
        self.tokens: set[str] = set()
        self.requests: list[str] = []
        self.revoked = False
        self.leases = True
        # Faults
        self.cut_answer_at: int | None = None
        self.lose_answers = 0
        self.cut_upload_after: int | None = None
        self.refuse_kinds: frozenset[str] = frozenset()
        self.full_kinds: frozenset[str] = frozenset()
        self.retry_after = ""  # what a busy office says of when to come again
        self.busy_pieces = 0  # so many pieces of photos find it busy
        self.after_s = 300  # when to come again, at the end of an exchange
        self.lanes = ("records", "photos")
        self.spoil_checksums = False
        self.damage_pieces = 0
        self.busy = False
        self.refuse_mutations = False
        self.codings: list[str] = []  # of the requests
        self.lacks_dictionary = False
        self.reached: Callable[[str], None] = lambda point: None

    # the office's own writing

    def bucket(self, name: str) -> Bucket:
        if name not in self.buckets:
            self.buckets[name] = Bucket(hashlib.sha256(name.encode()).hexdigest()[:32])
            self.scope.append(name)
        return self.buckets[name]

    def put(self, bucket: str, type: str, id: str, **fields: Any) -> int:
        with self.lock:
            home = self.bucket(bucket)
            home.head += 1
            body = dumps({name: value for name, value in fields.items() if value is not None})
            home.rows[type, id] = Row(type, id, home.head, body)
            return home.head

    def remove(self, bucket: str, type: str, id: str, reason: str = "deleted") -> None:
        with self.lock:
            home = self.bucket(bucket)
            home.head += 1
            home.rows[type, id] = Row(type, id, home.head, None, reason)

    def fields(self, bucket: str, type: str, id: str) -> dict[str, Any]:
        body = self.buckets[bucket].rows[type, id].body
        return json.loads(body) if body else {}

    def visits(self) -> list[str]:
        return [row.id for home in self.buckets.values() for row in home.live() if row.type == "visit"]

    def lease(self, device_id: str) -> dict[str, Any]:
        return grant(device_id, now=moment(SERVER_AT), days=14, key=self.receipt_key).to_dict()

    # the exchange

    def exchange(self, request: Request) -> list[Frame]:
        with self.lock:
            results = [self._apply(mutation) for mutation in request.mutations]
            durable = self.applied_n if self.durable_n is None else min(self.durable_n, self.applied_n)
            told = tuple(result for result in results if result)
            given = self.lease("device-1") if self.leases and is_due(request.lease, now=moment(SERVER_AT)) else None
            acks = Acks(self.applied_n, durable, told, self.running)
            return [Welcome(SERVER_AT, self.epoch, given), acks, *self._feed(request)]

    @property
    def running(self) -> str:
        digests = [self.mutations[n].digest() for n in range(1, self.applied_n + 1)]
        return functools.reduce(carried_on, digests, self.running_start)

    def _feed(self, request: Request) -> list[Frame]:
        states = {name: self.buckets[name].state() for name in sorted(self.scope)}
        if request.proof == proof(self.epoch, states):
            return [Scope(same=True), End(more=False, after_s=self.after_s, lanes=self.lanes)]
        told = {name: self._told(state) for name, state in states.items()}
        gone = tuple(sorted(set(request.have) - set(states)))
        frames: list[Frame] = [Scope(same=False, states=told, keys={n: self.buckets[n].key for n in states}, gone=gone)]
        left = request.limit_bytes
        for name in states:
            since = request.have.get(name, 0) if request.epoch == self.epoch else 0
            rows = sorted((r for r in self.buckets[name].rows.values() if r.seq > since), key=lambda row: row.seq)
            for start in range(0, len(rows), PAGE_ROWS):
                if left <= 0:
                    return [*frames, End(more=True, after_s=0)]
                chosen = rows[start : start + PAGE_ROWS]
                frames.append(Page(name, since, chosen[-1].seq, tuple(chosen)))
                since = chosen[-1].seq
                left -= sum(len(row.body or b"") for row in chosen)
        return [*frames, End(more=False, after_s=self.after_s, lanes=self.lanes)]

    def _told(self, state: BucketState) -> BucketState:
        return state._replace(checksum="0" * 32) if self.spoil_checksums else state

    def _apply(self, mutation: Mutation) -> Result | None:
        if mutation.n in self.results:
            assert self.mutations[mutation.n].digest() == mutation.digest(), "the same number with other content"
            return self.results[mutation.n]
        if mutation.n != self.applied_n + 1:
            return None
        self.applied_n, self.mutations[mutation.n] = mutation.n, mutation
        self.results[mutation.n] = self._decide(mutation)
        return self.results[mutation.n]

    def _decide(self, mutation: Mutation) -> Result:
        if self.refuse_mutations:
            return Result(mutation.n, "refused", problem={"code": "input.invalid", "title": "填写的内容有误"})
        if mutation.op == "create":
            assert (mutation.type, mutation.id) not in self.bucket(mutation.bucket).rows, "nothing arrives twice"
            fields = dict(mutation.fields)
            if mutation.type == "visit":
                fields |= {"review_state": "pending", "verdict": "intact"}
            seq = self.put(mutation.bucket, mutation.type, mutation.id, **fields)
            for visit_id in {mutation.id, fields.get("visit_id")} - {None}:
                self._receipt(mutation.bucket, visit_id)
            return Result(mutation.n, "applied", mutation.bucket, seq)
        record_type, known = REGISTRY[mutation.type], self.fields(mutation.bucket, mutation.type, mutation.id)
        held = {n for n in mutation.fields if record_type.merge_class(n) is Merge.REVIEWED}
        taken = {n: value for n, value in mutation.fields.items() if n not in held}
        grown = {n: (known.get(n) or {}) | taken[n] for n in taken if record_type.merge_class(n) is Merge.GROW_SET}
        seq = self.put(mutation.bucket, mutation.type, mutation.id, **(known | taken | grown)) if taken else 0
        answers = {name: {"how": "held", "kind": "proposal"} for name in held}
        return Result(mutation.n, "held" if held else "applied", mutation.bucket if seq else "", seq, answers)

    def _receipt(self, bucket: str, visit_id: str) -> None:
        visit = self.bucket(bucket).rows.get(("visit", visit_id))
        if visit is None or visit.body is None:
            return
        amendments = [json.loads(r.body or b"{}") for r in self.bucket(bucket).live() if r.type == "amendment"]
        mine = [one for one in amendments if one["visit_id"] == visit_id]
        hashes = [sha for one in [json.loads(visit.body), *mine] for sha in blob_hashes(one)]
        if not all(self.is_stored(sha) for sha in hashes):
            return
        revision = 1 + len(mine)
        receipt: dict[str, Any] = {
            "visit_id": visit_id,
            "revision": revision,
            "visit_hash": json.loads(visit.body)["seal"]["content_hash"],
            "blobs": hashes,
            "issued_at": SERVER_AT,
        }
        receipt["signature"] = sign_receipt(receipt, self.receipt_key)
        if ("receipt", f"{visit_id}-{revision}") not in self.bucket(bucket).rows:
            self.put(bucket, "receipt", f"{visit_id}-{revision}", **receipt)

    # blobs

    def is_stored(self, sha256: str) -> bool:
        upload = self.uploads.get(sha256)
        return upload is not None and len(upload.data) == upload.size

    def stored(self) -> dict[str, bytes]:
        return {sha: bytes(upload.data) for sha, upload in self.uploads.items() if self.is_stored(sha)}

    def receive(self, sha256: str, data: bytes) -> int:
        """Take bytes of an upload; gives the HTTP status. A whole file that is another one starts again at 0."""
        with self.lock:
            upload = self.uploads[sha256]
            upload.data += data
            if len(upload.data) == upload.size:
                if hashlib.sha256(upload.data).hexdigest() != sha256:
                    upload.data.clear()
                    return 460
                for name, home in self.buckets.items():
                    for row in home.live():
                        if row.type == "visit":
                            self._receipt(name, row.id)
            return 204

    def serve(self) -> "Running":
        return Running(self)


class Running:
    """An office behind a port; `stop` really stops it, and it may be started again on the same port."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.port = 0
        self.start()

    def start(self) -> None:
        handler = type("BoundHandler", (Handler,), {"office": self.office})
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


class Handler(BaseHTTPRequestHandler):
    """HTTP around the office."""

    office: Office
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # Head and body in one packet: two would wait 40 ms for each other.

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        self._answer(200, b"{}")

    def do_DELETE(self) -> None:
        self._answer(204, b"")

    def do_HEAD(self) -> None:
        upload = self._upload()
        if not self._is_allowed() or upload is None:
            return self._problem(404, "upload.not_found", "没有这个上传任务")
        return self._answer(200, b"", {"Upload-Offset": str(len(upload.data)), "Upload-Length": str(upload.size)})

    def do_POST(self) -> None:
        self.office.requests.append(self.path)
        if self.office.busy:
            self._body()
            return self._busy()
        path = self.path.rstrip("/")
        if path == "/api/v1/sessions":
            return self._sign_in()
        if path == "/api/v1/devices":
            return self._register()
        if path.endswith("/challenge"):
            self._body()
            return self._json(200, {"challenge": "prove-it"})
        if path.startswith("/api/v1/devices/"):
            return self._open_session(path.split("/")[4])
        if not self._is_allowed():
            return self._problem(401, "session.required", "请先登录")
        if path == "/sync/v1/exchange":
            return self._exchange()
        if path == "/files":
            return self._begin_upload()
        return self._problem(404, "record.not_found", "没有找到")

    def do_PATCH(self) -> None:
        upload = self._upload()
        if not self._is_allowed() or upload is None:
            return self._problem(404, "upload.not_found", "没有这个上传任务")
        length, sha = int(self.headers["Content-Length"]), self.path.rsplit("/", 1)[1]
        allowance = self.office.cut_upload_after
        if allowance is not None and length > allowance:
            self.office.cut_upload_after = None
            self.office.receive(sha, self.rfile.read(allowance))
            return self._hang_up()
        if allowance is not None:
            self.office.cut_upload_after = allowance - length
        data = self.rfile.read(length)
        if int(self.headers["Upload-Offset"]) != len(upload.data):
            return self._problem(409, "upload.offset", "上传位置不对")
        if self.office.busy_pieces:
            self.office.busy_pieces -= 1
            return self._busy()
        if self.office.damage_pieces:
            self.office.damage_pieces -= 1
            return self._problem(460, "upload.checksum", "照片数据在传输中受损")
        self.office.reached("piece received")
        status = self.office.receive(sha, data)
        self.office.reached("piece stored")
        if status != 204:
            return self._problem(status, "upload.checksum", "照片数据在传输中受损")
        return self._answer(204, b"", {"Upload-Offset": str(len(upload.data))})

    def _sign_in(self) -> None:
        if self._body_json()["password"] != PASSWORD:
            return self._problem(401, "session.wrong_password", "用户名或密码不对")
        self.office.tokens.add("user-token")
        return self._json(200, {"access_token": "user-token", "refresh_token": "r", "expires_in": 900})

    def _register(self) -> None:
        body = self._body_json()
        device_id = f"device-{len(self.office.device_keys) + 1}"
        self.office.device_keys[device_id] = body["signing_key"]
        key = self.office.receipt_key.public_key().public_bytes_raw().hex()
        roles = [{"role": "caseworker", "area_code": "430981001"}]
        staff = {"id": STAFF_ID, "username": "caseworker1", "display_name": "李建国", "roles": roles}
        self._json(
            201,
            {
                "device_id": device_id,
                "installation": 1,
                "receipt_key": key,
                "lease_days": 14,
                "lease": self.office.lease(device_id),
                "staff": staff,
            },
        )

    def _open_session(self, device_id: str) -> None:
        signature = bytes.fromhex(self._body_json()["signature"])
        if self.office.revoked:
            return self._problem(403, "device.revoked", "这台设备已停用")
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(self.office.device_keys[device_id]))
        key.verify(signature, b"zsb-device-session\0prove-it")
        token = f"device-token-{len(self.office.tokens)}"
        self.office.tokens.add(token)
        return self._json(200, {"access_token": token, "expires_in": 900})

    def _exchange(self) -> None:
        coding = self.headers.get("Content-Encoding", packing.IDENTITY)
        self.office.codings.append(coding)
        if self.office.lacks_dictionary and coding in packing.OURS:
            self._body()
            return self._problem(415, "body.encoding", "不支持的压缩格式")
        request = Request.decode(self._body())
        self.office.reached("exchange received")
        frames = self.office.exchange(request)
        self.office.reached("exchange committed")
        if self.office.lose_answers:
            self.office.lose_answers -= 1
            return self._hang_up()
        return self._answer(
            200, b"".join(map(encode, frames)), {"Content-Type": "application/x-ndjson"}, cut=self.office.cut_answer_at
        )

    def _begin_upload(self) -> None:
        pairs = dict(pair.strip().split(" ") for pair in self.headers["Upload-Metadata"].split(","))
        metadata = {name: base64.b64decode(value).decode() for name, value in pairs.items()}
        if metadata["kind"] in self.office.refuse_kinds:
            return self._problem(422, "upload.metadata", "上传说明不完整")
        if metadata["kind"] in self.office.full_kinds:
            return self._problem(507, "storage.full", "服务器存储空间不足")
        size = int(self.headers["Upload-Length"])
        upload = self.office.uploads.setdefault(metadata["sha256"], Upload(size, metadata["kind"]))
        self.office.reached("upload begun")
        location = f"http://{self.headers['Host']}/files/{metadata['sha256']}"
        return self._answer(201, b"", {"Location": location, "Upload-Offset": str(len(upload.data))})

    def _upload(self) -> Upload | None:
        return self.office.uploads.get(self.path.rsplit("/", 1)[1])

    def _is_allowed(self) -> bool:
        return self.headers.get("Authorization", "").removeprefix("Bearer ") in self.office.tokens

    def _body(self) -> bytes:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        return packing.unpack(body, self.headers.get("Content-Encoding", packing.IDENTITY), limit_bytes=1 << 30)

    def _body_json(self) -> Any:
        return json.loads(self._body())

    def _json(self, status: int, value: Any) -> None:
        self._answer(status, json.dumps(value).encode(), {"Content-Type": "application/json"})

    def _busy(self) -> None:
        more = {"Retry-After": self.office.retry_after} if self.office.retry_after else {}
        self._problem(503, "server.busy", "忙", more)

    def _problem(self, status: int, code: str, title: str, more: dict[str, str] | None = None) -> None:
        # What was sent may not have been read: the connection must not go on with it.
        self.close_connection = True
        problem = json.dumps({"type": "about:blank", "title": title, "status": status, "code": code}).encode()
        headers = {"Content-Type": "application/problem+json", "Connection": "close"}
        self._answer(status, problem, headers | (more or {}))

    def _answer(
        self, status: int, body: bytes, headers: dict[str, str] | None = None, *, cut: int | None = None
    ) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "HEAD":
            return
        self.wfile.write(body if cut is None else body[:cut])
        if cut is not None and cut < len(body):
            self._hang_up()

    def _hang_up(self) -> None:
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_RDWR)
        self.close_connection = True
