"""The blob stores: a folder and a real S3 service keep the same promises."""

import hashlib
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import boto3
import httpx
import pytest

from backing.addresses import addresses
from server.adapters.blobs import PIECE_BYTES, BlobStore, FolderBlobs, S3Blobs, open_store
from server.settings import Settings

DATA = bytes(range(256)) * 4096
SHA = hashlib.sha256(DATA).hexdigest()
KEYS = {"AWS_ACCESS_KEY_ID": "test-key", "AWS_SECRET_ACCESS_KEY": "test-secret"}


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real S3 service on this machine: rclone over a folder. Gives its address."""
    program = Path(sys.executable).with_name("rclone")
    if not program.exists():
        pytest.skip("needs rclone (requirements-dev.txt) for a real S3 service")
    folder = tmp_path_factory.mktemp("s3")
    (folder / "blobs").mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    auth = ",".join(KEYS.values())
    command = [str(program), "serve", "s3", str(folder), "--addr", f"127.0.0.1:{port}", "--auth-key", auth, "-v"]
    environment = {**os.environ, "RCLONE_CONFIG": "/dev/null"}
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment) as service:
        assert service.stderr is not None
        lines = iter(service.stderr.readline, b"")
        try:
            assert any(b"Starting s3 server" in line for line in lines), "rclone did not start"
            drain = threading.Thread(target=lambda: [None for _ in lines], daemon=True)
            drain.start()
            yield f"http://127.0.0.1:{port}"
        finally:
            service.terminate()
            service.wait(10)
            drain.join(10)


@pytest.fixture(params=["folder", "s3", "s3 of make services"])
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[BlobStore]:
    """Each blob store in turn."""
    if request.param == "folder":
        yield open_store(Settings("s" * 32, tmp_path, blob_store=(tmp_path / "blobs").as_uri()))
        return
    address, keys = (request.getfixturevalue("s3"), KEYS) if request.param == "s3" else of_make_services()
    sign_with(keys, monkeypatch)
    bucket = hashlib.sha256(str(tmp_path).encode()).hexdigest()[:20]
    client = boto3.client("s3", endpoint_url=address, region_name="us-east-1")
    client.create_bucket(Bucket=bucket)
    yield open_store(Settings("s" * 32, tmp_path, blob_store=f"s3://{bucket}", s3_endpoint=address))
    for one in client.list_objects_v2(Bucket=bucket).get("Contents", []):
        client.delete_object(Bucket=bucket, Key=one["Key"])
    client.delete_bucket(Bucket=bucket)


def sign_with(keys: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the keys, and let boto3 forget those of the test before."""
    for name, value in keys.items():
        monkeypatch.setenv(name, value)
    boto3.setup_default_session()


def of_make_services() -> tuple[str, dict[str, str]]:
    """Give address and keys of the S3 service that `make services` started."""
    if "s3" not in addresses():
        pytest.skip("needs the S3 service: make services")
    place = urlsplit(addresses()["s3"])
    keys = {"AWS_ACCESS_KEY_ID": place.username or "", "AWS_SECRET_ACCESS_KEY": place.password or ""}
    return f"http://{place.hostname}:{place.port}", keys


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A verified file that waits to be stored."""
    path = tmp_path / "upload.part"
    path.write_bytes(DATA)
    return path


def test_what_was_put_comes_back_byte_for_byte(store: BlobStore, source: Path):
    store.put(SHA, source)
    assert b"".join(store.open(SHA)) == DATA


def test_the_bytes_come_in_pieces(store: BlobStore, source: Path):
    store.put(SHA, source)
    assert max(map(len, store.open(SHA))) <= PIECE_BYTES


def test_the_source_is_consumed_so_that_nothing_is_stored_twice(store: BlobStore, source: Path):
    store.put(SHA, source)
    assert not source.exists()


def test_a_blob_is_here_only_once_it_was_put(store: BlobStore, source: Path):
    assert not store.has(SHA)
    store.put(SHA, source)
    assert store.has(SHA)
    assert not store.has("0" * 64)


def test_putting_twice_is_harmless(store: BlobStore, source: Path):
    copy = source.with_name("again.part")
    shutil.copyfile(source, copy)
    store.put(SHA, source)
    store.put(SHA, copy)
    assert b"".join(store.open(SHA)) == DATA
    assert not copy.exists()


def test_a_blob_that_is_not_here_says_so_before_any_byte(store: BlobStore):
    with pytest.raises(FileNotFoundError):
        store.open(SHA)


def test_a_source_that_is_gone_stores_nothing(store: BlobStore, tmp_path: Path):
    with pytest.raises(OSError, match=r"No such file|not exist"):
        store.put(SHA, tmp_path / "gone.part")
    assert not store.has(SHA)


def test_no_half_file_ever_has_a_name_when_the_folder_is_on_another_file_system(tmp_path: Path, source: Path):
    """A rename across file systems fails; /dev/shm is one on every Linux."""
    shm = Path("/dev/shm")
    if not shm.is_dir() or shm.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("needs a second file system at /dev/shm")
    folder = shm / f"zsb-test-{os.getpid()}-{tmp_path.name}"
    try:
        store = FolderBlobs(folder)
        store.put(SHA, source)
        assert b"".join(store.open(SHA)) == DATA
        assert not source.exists()
        assert [path.name for path in folder.rglob("*") if path.is_file()] == [SHA]
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def test_the_address_in_the_settings_chooses_the_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    sign_with(KEYS, monkeypatch)
    spaced = open_store(Settings("s" * 32, tmp_path / "照片 一"))
    assert isinstance(spaced, FolderBlobs)
    assert spaced.folder == tmp_path / "照片 一" / "blobs"
    s3 = open_store(Settings("s" * 32, tmp_path, blob_store="s3://photos"))
    assert isinstance(s3, S3Blobs)
    assert s3.bucket == "photos"


def test_all_names_are_listed(store: BlobStore, source: Path):
    assert list(store.names()) == []
    store.put(SHA, source)
    assert list(store.names()) == [SHA]


def test_a_folder_gives_no_links(tmp_path: Path):
    assert FolderBlobs(tmp_path).link(SHA, "image/jpeg") is None


@pytest.fixture
def public(s3: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> S3Blobs:
    """An S3 store that browsers reach as well."""
    sign_with(KEYS, monkeypatch)
    bucket = hashlib.sha256(str(tmp_path).encode()).hexdigest()[:20]
    boto3.client("s3", endpoint_url=s3, region_name="us-east-1").create_bucket(Bucket=bucket)
    address = f"s3://{bucket}"
    store = open_store(Settings("s" * 32, tmp_path, blob_store=address, s3_endpoint=s3, s3_public_endpoint=s3))
    assert isinstance(store, S3Blobs)
    return store


def test_a_large_file_goes_up_in_parts_and_comes_back_whole(public: S3Blobs, tmp_path: Path):
    data = os.urandom(20 << 20)
    path = tmp_path / "large.part"
    path.write_bytes(data)
    parts: list[int] = []
    public._client.meta.events.register("before-call.s3.UploadPart", lambda params, **_: parts.append(1))
    name = hashlib.sha256(data).hexdigest()
    public.put(name, path)
    assert len(parts) == 3
    assert b"".join(public.open(name)) == data


def test_a_link_opens_the_bytes_and_nothing_else_and_names_nobody(public: S3Blobs, source: Path):
    public.put(SHA, source)
    link = public.link(SHA, "image/jpeg")
    assert link and SHA in link
    found = httpx.get(link)
    assert (found.status_code, found.content) == (200, DATA)
    longer = link.replace("X-Amz-Expires=60", "X-Amz-Expires=6000")
    for other in (link.replace(SHA, "0" * 64), link.partition("?")[0], longer):
        assert other != link
        assert httpx.get(other).status_code in (400, 403)


def test_a_link_dies_soon(public: S3Blobs, source: Path):
    public.put(SHA, source)
    link = public.link(SHA, "image/jpeg", seconds=1)
    deadline = time.monotonic() + 60
    while httpx.get(link).status_code == 200:
        assert time.monotonic() < deadline, "the link lives on"
        time.sleep(0.1)
