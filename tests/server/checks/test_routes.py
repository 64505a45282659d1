"""The operator's file of ways: every fault is named together, and no key is repeated."""

from datetime import UTC, datetime

import pytest

from policy.check_sources import sources
from server.adapters.departments.routes import Routes, read_routes
from server.domain.errors import SettingsInvalid


def read(tmp_path, text: str) -> Routes:
    path = tmp_path / "routes.toml"
    path.write_text(text)
    return read_routes(path, sources(), clock=lambda: datetime.now(UTC), pause=lambda _: None)


def connector(tmp_path, **more: object) -> str:
    key = tmp_path / "key"
    key.write_bytes(b"0123456789" * 4)
    row = {"name": "a", "kind": "folder", "folder": str(tmp_path), "key_file": str(key), "sources": ["banks"]} | more
    return "[[connector]]\n" + "".join(f"{name} = {value!r}\n" for name, value in row.items() if value is not None)


def test_each_source_has_the_way_that_names_it(tmp_path):
    found = read(tmp_path, connector(tmp_path) + connector(tmp_path, name="b", sources=["tax", "vehicles"]))
    assert found.by_source == {"banks": "a", "tax": "b", "vehicles": "b"}


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"name": None}, "缺少 name"),
        ({"kind": "fax"}, "kind"),
        ({"folder": None}, "缺少 folder"),
        ({"sources": ["palmistry"]}, "palmistry"),
        ({"key_file": "/nowhere"}, "key_file"),
        ({"timeout_s": 0}, "timeout_s"),
    ],
    ids=str,
)
def test_what_is_wrong_is_named(tmp_path, wrong: dict[str, object], told: str):
    with pytest.raises(SettingsInvalid, match=told):
        read(tmp_path, connector(tmp_path, **wrong))


def test_two_ways_for_one_source_are_refused(tmp_path):
    with pytest.raises(SettingsInvalid, match="已由别的通道办理"):
        read(tmp_path, connector(tmp_path) + connector(tmp_path, name="b"))


def test_a_file_that_is_none_is_told(tmp_path):
    with pytest.raises(SettingsInvalid, match="connector"):
        read(tmp_path, "name = 1")
