"""Practice mode: the real pages on a store of its own with invented people. Nothing of it is ever sent.

The store lies in a folder that ends with the program, under a key that nobody keeps. It was never enrolled: it has no office's
address and no key that an office knows, and its courier is closed before the first page is shown.
"""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import forms
from field_client import keys, lease, replica
from field_client.clock import Clock
from field_client.settings import Device, Home, save_device
from field_client.store import Store, open_store
from sync.canonical import dumps
from sync.frames import Page, Row

STAFF, COLLEAGUE = "practice-1", "practice-2"
DEVICE = "practice"
FORMS = ("home_visit", "recheck", "care_visit", "advance_aid")
Rows = list[tuple[str, str, dict[str, Any]]]


@contextmanager
def place(clock: Clock) -> Iterator[tuple[Home, bytes]]:
    """Give a folder to practise in, with the key of its store; at the end it is gone."""
    with tempfile.TemporaryDirectory(prefix="zsb-practice-") as folder:
        home, store_key = Home(Path(folder)), os.urandom(keys.KEY_BYTES)
        home.media.mkdir(mode=0o700)
        device = _device(home, clock)
        save_device(home, device)
        store = open_store(home, store_key)
        try:
            _fill(store, device, clock)
        finally:
            store.close()
        yield home, store_key


def _device(home: Home, clock: Clock) -> Device:
    decoy = os.urandom(keys.KEY_BYTES)  # What lies in the folder opens nothing: a killed program leaves no open store.
    return Device(
        device_id=DEVICE,
        name="练习设备",
        server="",
        staff_id=STAFF,
        username="practice",
        display_name="练习员",
        roles=[],
        receipt_key="0" * 64,
        lease_days=14,
        enrolled_at=clock.now(),
        protection=keys.wrap(decoy, keys.make_secret(home.secret_file), None),
    )


def _fill(store: Store, device: Device, clock: Clock) -> None:
    with store.transaction():
        store.put("keys", keys.new_keys().private())
        store.put("media_key", os.urandom(keys.KEY_BYTES).hex())
        lease.keep(store, device, None, clock)
    known = json.loads(files(__package__).joinpath("households.json").read_text(encoding="utf-8"))
    area = known["area"]
    _keep(store, clock, "reference", [*_reference(area)])
    _keep(
        store,
        clock,
        area["code"],
        [row for n, one in enumerate(known["households"]) for row in _household(n, one, area)],
    )
    today = clock.today().isoformat()
    tasks = [(n, one["task"]) for n, one in enumerate(known["households"])]
    planned = {"due_on": today, "state": "planned", "assignee_id": STAFF, "area_code": area["code"]}
    _keep(
        store,
        clock,
        f"user:{STAFF}",
        [("visit_task", f"task-{n}", {**task, **planned, "household_id": f"household-{n}"}) for n, task in tasks],
    )


def _reference(area: dict[str, str]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    yield "area", area["code"], {**area, "level": "village"}
    for staff, name in ((STAFF, "练习员"), (COLLEAGUE, "练习同事")):
        yield "staff", staff, {"display_name": name, "role": "caseworker", "area_code": area["code"]}
    for name in FORMS:
        form = forms.shipped(name)
        facts = {"form_id": form.form_id, "version": form.version, "title": form.title, "hash": form.hash}
        yield "form", name, facts | {"definition": json.loads(forms.to_json(form))}


def _household(number: int, one: dict[str, Any], area: dict[str, str]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    fields = {name: one[name] for name in ("number", "address", "tags", "poverty_cause", "dwelling")}
    yield "household", f"household-{number}", fields | {"area_code": area["code"], "head_id": f"person-{number}-0"}
    for place, member in enumerate(one["members"]):
        person, relation = f"person-{number}-{place}", member["relation"]
        yield "person", person, {name: value for name, value in member.items() if name != "relation"}
        link = {"household_id": f"household-{number}", "person_id": person, "relation": relation, "included": True}
        yield "household_member", f"member-{number}-{place}", link


def _keep(store: Store, clock: Clock, bucket: str, rows: Rows) -> None:
    """Keep rows as if an office had sent them."""
    told = tuple(Row(type, id, seq, dumps(fields)) for seq, (type, id, fields) in enumerate(rows, 1))
    replica.keep(store, Page(bucket, 0, len(told), told), clock, asked_ms=0)
