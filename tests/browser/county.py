"""The sample county with visits that look real: what a reviewer finds in the morning, made through the real interfaces."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import flask_migrate
from flask import Flask
from sqlalchemy import select

import forms
from demo import pictures
from field_client.photos import prepare
from server.app import create_app
from server.models.office import Staff
from server.models.register import Household
from server.sample.demonstration import DEMO_APPLICANT_ID, DEMO_HOUSEHOLD_ID
from server.services import sample_county
from server.transaction import parts, reading, transact
from sync.canonical import instant
from sync.visit_shape import blob_hashes
from tests.server.api.serving import upload
from tests.server.conftest import StillClock, dispose, settings_in
from tests.server.office import Device, Office, an_id

NOW = datetime(2026, 7, 8, 6, 40, tzinfo=UTC)
ANSWERS: dict[str, str] = json.loads((Path(pictures.__file__).parent / "answers.json").read_text("utf-8"))
WORKERS = ("caseworker1", "caseworker3")


@dataclass
class County:
    """A running office with one caseworker's device."""

    app: Flask
    clock: StillClock
    folder: Path
    waiting: dict[str, bytes] = field(default_factory=dict)  # bytes that the device has not sent, by SHA-256

    @cached_property
    def staff(self) -> dict[str, Staff]:
        with self.app.app_context():
            return {member.username: member for member in reading().scalars(select(Staff))}

    @cached_property
    def households(self) -> list[tuple[str, str]]:
        """Households of the first township with their villages, that of the demonstration first."""
        with self.app.app_context():
            found = reading().execute(
                select(Household.id, Household.bucket)
                .where(Household.bucket.like("430981114%"))
                .order_by(Household.id != DEMO_HOUSEHOLD_ID, Household.id)
            )
            return [(row.id, row.bucket) for row in found]

    @cached_property
    def device(self) -> Device:
        device = Office(self.app, {}, {}).device("caseworker1", sample_county.PASSWORD)
        device.exchange()
        return device

    def picture(self, name: str, path: Path, kind: str) -> dict[str, Any]:
        """Make a photo ready as a device does, and keep its bytes for the upload."""
        ready = prepare(path.read_bytes(), kind)
        self.waiting[ready.sha256] = ready.data
        return {
            "id": an_id(),
            "blob": ready.sha256,
            "kind": kind,
            "media_type": ready.media_type,
            "size": ready.size,
            "width": ready.width,
            "height": ready.height,
            "caption": name,
            "source": "camera",
        }

    @cached_property
    def photos(self) -> list[dict[str, Any]]:
        names = ("正房，瓦面有两处漏雨", "卧室和灶间", "卫生院处方和缴费单", "房屋东侧")
        kinds = ("house", "room", "paper", "house")
        made = pictures.house_photos(self.folder)
        return [self.picture(name, path, kind) for name, path, kind in zip(names, made, kinds, strict=True)]

    @cached_property
    def scrawls(self) -> list[str]:
        """Three people's signatures."""
        drawn = [pictures.signature(self.folder / f"signature-{seed}.png", seed) for seed in (1, 2, 3)]
        return [str(self.picture("", path, "signature")["blob"]) for path in drawn]

    def visit(self, at: int, *, sealed_at: datetime = NOW, photos: int = 3, send: bool = True, **more: Any) -> str:
        """Seal a visit to a household and sync it, with its photos or without; gives its id."""
        visit_id = an_id()
        household_id, village = self.households[at]
        fields = self.fields(household_id, sealed_at, photos) | more
        self.push("visit", visit_id, village, fields, send=send)
        return visit_id

    def amend(self, visit_id: str, village: str, *, sealed_at: datetime, send: bool = True, **more: Any) -> None:
        """Seal an amendment and sync it."""
        fields = {"visit_id": visit_id, "revision": 2, "answers": {}, "evidence": [], "signatures": []}
        fields |= {"sealed_at": instant(sealed_at), "clock": clock_of(sealed_at)}
        self.push("amendment", an_id(), village, fields | more, send=send)

    def lead(self, at: int, *, sealed_at: datetime = NOW, **more: Any) -> str:
        """File a lead in the village of a household and sync it; gives its id."""
        lead_id, reporter = an_id(), self.staff[WORKERS[0]]
        fields = {
            "person_hint": "村口小卖部旁的独居老人",
            "place_hint": "二组，路边第三家",
            "hardships": {"food": True, "care": True},
            "details": "两天没有生火，邻居送过饭。",
            "urgency": "now",
            "source": "village",
            "reporter_id": reporter.id,
            "reporter_name": reporter.display_name,
            "sealed_at": instant(sealed_at),
            "evidence": [self.photos[0]],
            "clock": clock_of(sealed_at),
        }
        self.push("lead", lead_id, self.households[at][1], fields | more, send=True)
        return lead_id

    def push(self, record_type: str, record_id: str, village: str, fields: dict[str, Any], *, send: bool) -> None:
        mutation = self.device.mutation(record_type, record_id, "create", village, self.device.sealed(fields))
        (result,) = self.device.exchange([mutation]).results
        assert result.outcome == "applied", result
        for blob in blob_hashes(fields) if send else ():
            if blob in self.waiting:
                assert upload(self.device.client, self.device.token, self.waiting.pop(blob)).status_code == 204

    def fields(self, household_id: str, sealed_at: datetime, photos: int) -> dict[str, Any]:
        """Make the fields of an ordinary visit, sealed at a time."""
        began = sealed_at - timedelta(minutes=42)
        people = [self.staff[username] for username in WORKERS]
        definition = forms.shipped("home_visit")
        signers = [("investigator", one.id, one.display_name) for one in people]
        signers.append(("household", DEMO_APPLICANT_ID, "周桂珍"))
        return {
            "household_id": household_id,
            "kind": "application" if household_id == DEMO_HOUSEHOLD_ID else "recheck",
            "mode": "on_site",
            "form": {"id": definition.form_id, "version": definition.version, "hash": definition.hash},
            "started_at": instant(began),
            "sealed_at": instant(sealed_at),
            "answers": answers({}),
            "participants": [
                {"staff_id": one.id, "name": one.display_name, "role": role}
                for one, role in zip(people, ("lead", "second"), strict=True)
            ],
            "signatures": [
                {
                    "id": an_id(),
                    "role": role,
                    "signer_id": signer,
                    "signer_name": name,
                    "blob": scrawl,
                    "at": instant(sealed_at),
                }
                for scrawl, (role, signer, name) in zip(self.scrawls, signers, strict=True)
            ],
            "identity": [
                {"method": "face", "outcome": "match", "person_id": DEMO_APPLICANT_ID, "reasons": [], "tries": 1}
            ],
            "evidence": [{**one, "taken_at": instant(began)} for one in self.photos[:photos]],
            "place": {"lat_e7": 288_442_310, "lon_e7": 1_123_546_020, "accuracy_m": 12, "source": "gps"}
            | {"at": instant(began), "mock": False},
            "clock": clock_of(sealed_at),
        }


@contextmanager
def county(folder: Path, *, households: int = 120) -> Iterator[County]:
    """Found the sample county in a folder; its clock stands still."""
    clock = StillClock(NOW)
    app = create_app(settings_in(folder), clock=clock)
    with app.app_context():
        flask_migrate.upgrade()
        transact(lambda ledger: sample_county.load_office(ledger, now=NOW))
        list(sample_county.load_households(transact, seed=2026, count=households, now=NOW))
        assert parts().clock() == NOW
    yield County(app, clock, folder)
    dispose(app)


def answers(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Give the demonstration's answers in their stored form, with some changed and all computed ones computed."""
    definition, today = forms.shipped("home_visit"), NOW.date()
    found = dict(forms.initial_answers(definition, today=today))
    for path, text in {**ANSWERS, **changes}.items():
        found[path] = forms.parse_answer(definition, path, text, today=today)
    return dict(forms.prune(definition, found, today=today))


def changed(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Give what an amendment says about some changes: every answer that differs by them."""
    before, after = answers({}), answers(changes)
    return {path: after.get(path) for path in {**before, **after} if before.get(path) != after.get(path)}


def clock_of(at: datetime, *, ahead: timedelta = timedelta()) -> dict[str, Any]:
    """Make the evidence of a device whose wall clock is ahead of the server's by so much."""
    anchor = {"server_at": instant(at - timedelta(hours=3)), "uptime_ms": 1_000, "boot": "b", "trip_ms": 80}
    return {"wall": instant(at + ahead), "uptime_ms": 10_801_000, "boot": "b", "anchor": anchor}
