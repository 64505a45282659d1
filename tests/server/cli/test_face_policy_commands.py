"""flask face-policy: what the office signs is what its devices take."""

import json
from importlib import resources
from pathlib import Path

import pytest
from flask import Flask

from identity.face_policy import CURRENT, read_signed
from identity.policy_signing import PolicyBroken
from server.services import face_policies
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


def test_a_signed_policy_is_known_to_second_looks_and_a_changed_one_is_not(app: Flask, tmp_path: Path):
    file = tmp_path / "local.toml"
    file.write_bytes(TEXT.replace(CURRENT.encode(), b"cn-430981-1"))
    assert run(app, "face-policy", "sign", str(file)).exit_code == 0
    with app.app_context():
        folder, signer = parts().settings.data_dir, parts().vault.receipt_public_key
    assert face_policies.find(folder, "cn-430981-1", signer).version == "cn-430981-1"
    kept = folder / face_policies.FOLDER / "cn-430981-1.toml"
    kept.write_bytes(kept.read_bytes().replace(b"0.45", b"0.95"))
    with pytest.raises(PolicyBroken):
        face_policies.find(folder, "cn-430981-1", signer)


@pytest.mark.parametrize("version", ["../secret", "", "a/b", ".hidden", "x" * 65])
def test_a_version_never_leads_out_of_its_folder(app: Flask, version: str):
    with app.app_context(), pytest.raises(PolicyBroken):
        face_policies.find(parts().settings.data_dir, version, parts().vault.receipt_public_key)


def test_an_unsound_policy_is_not_signed(app: Flask, tmp_path: Path):
    file = tmp_path / "broken.toml"
    file.write_text("version = 'x'")
    assert run(app, "face-policy", "sign", str(file)).exit_code == 1
    assert not file.with_suffix(".sig").exists()
