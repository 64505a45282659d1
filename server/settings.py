"""Settings as a value: read once, checked together, passed on. The only reader of the environment on the server."""

import contextlib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from server.domain.errors import SettingsInvalid


@dataclass(frozen=True)
class Settings:
    """All that an operator may set; each field is `ZSB_` plus its name in capitals, listed in .env.example."""

    secret_key: str
    data_dir: Path
    env: str = "development"
    database_url: str = ""
    blob_store: str = ""
    s3_endpoint: str = ""
    s3_region: str = "us-east-1"
    s3_public_endpoint: str = ""
    access_minutes: int = 30
    refresh_days: int = 30
    lease_days: int = 14
    request_limit_bytes: int = 8 << 20
    upload_limit_bytes: int = 64 << 20
    upload_keep_hours: int = 24 * 14
    poll_seconds: int = 300
    close_photos_at: int = 5
    close_pulls_at: int = 7
    busy_seconds: int = 60
    rows_from_schema: int = 1
    client_version: str = "0.1.0"
    backup_dir: str = ""
    durable_days: int = 30
    proxy_hops: int = 0
    case_warn_days: int = 3
    face_recheck: int = 0
    check_routes: str = ""

    @property
    def is_production(self) -> bool:
        """Tell whether real people's data may be here: sample log-ins and weak secrets are refused."""
        return self.env == "production"

    @property
    def database(self) -> str:
        """Give the database's address; without one an embedded SQLite file in the data folder serves."""
        return self.database_url or f"sqlite:///{self.data_dir / 'office.db'}"

    @property
    def blobs(self) -> str:
        """Give the blob store's address; without one a folder in the data folder serves."""
        return self.blob_store or (self.data_dir / "blobs").as_uri()

    @classmethod
    def from_env(cls, environment: Mapping[str, str]) -> "Settings":
        """Read the settings. Raises SettingsInvalid that names every missing or unreadable one together."""
        faults: list[str] = []
        values: dict[str, str | int | Path] = {}
        for name, kind in cls.__annotations__.items():
            text = environment.get(f"ZSB_{name.upper()}", "").strip()
            if not text:
                continue
            if kind is int or kind == "int":
                if text.isascii() and text.isdigit():
                    values[name] = int(text)
                else:
                    faults.append(f"ZSB_{name.upper()} 应为整数")
            else:
                values[name] = text
        data_dir = Path(str(values.get("data_dir", "var/server"))).absolute()
        values["data_dir"] = data_dir
        production = values.get("env") == "production"
        if values.get("env", "development") not in ("development", "production"):
            faults.append("ZSB_ENV 应为 development 或 production")
        if "secret_key" not in values:
            if production:
                faults.append("缺少 ZSB_SECRET_KEY (生产环境必须设置, 至少 32 个字符)")
            else:
                values["secret_key"] = _development_secret(data_dir)
        elif len(str(values["secret_key"])) < 32:
            faults.append("ZSB_SECRET_KEY 太短 (至少 32 个字符)")
        if urlsplit(str(values.get("blob_store", "file:///"))).scheme not in ("file", "s3"):
            faults.append("ZSB_BLOB_STORE 应以 file:// 或 s3:// 开头")
        if faults:
            raise SettingsInvalid(faults)
        return cls(**values)  # type: ignore[arg-type]


def _development_secret(data_dir: Path) -> str:
    """Keep a secret of its own for a developer's machine, so that a restart does not sign everybody out.

    The file appears whole or not at all: an empty secret would be no secret, and two starts at once share one.
    """
    path = data_dir / "development-secret"
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        beside.touch(mode=0o600)
        beside.write_text(secrets.token_hex(32))
        with contextlib.suppress(FileExistsError):
            os.link(beside, path)
        beside.unlink()
    return path.read_text()
