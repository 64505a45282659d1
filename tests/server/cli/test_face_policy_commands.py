"""flask face-policy: what the office signs is what its devices take."""

import json
from importlib import resources
from pathlib import Path

from flask import Flask

from identity.face_policy import CURRENT, read_signed
from server.transaction import parts
from tests.server.cli.test_commands import run

TEXT = resources.files("identity.data").joinpath(f"face-policy.{CURRENT}.toml").read_bytes()


def test_a_policy_is_signed_with_the_key_that_the_devices_know(app: Flask, tmp_path: Path):
    file = tmp_path / "cn-430981-1.toml"
    file.write_bytes(TEXT)
    done = run(app, "face-policy", "sign", str(file), "--json")
    assert (done.exit_code, json.loads(done.stdout)["version"]) == (0, CURRENT)
    with app.app_context():
        public = parts().vault.receipt_public_key
    assert read_signed(TEXT, file.with_suffix(".sig").read_text(), [public]).version == CURRENT


def test_an_unsound_policy_is_not_signed(app: Flask, tmp_path: Path):
    file = tmp_path / "broken.toml"
    file.write_text("version = 'x'")
    assert run(app, "face-policy", "sign", str(file)).exit_code == 1
    assert not file.with_suffix(".sig").exists()
