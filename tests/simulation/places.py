"""The district of every story: two townships, three villages, four workers' phones, and what its register holds at first."""

import atexit
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import flask_migrate
from argon2 import PasswordHasher
from flask import Flask

import forms
from server.app import create_app
from server.domain.permissions import Grant
from server.extensions import db
from server.services import staff
from server.services.areas import put
from server.services.changes import Ledger
from server.services.staged import office
from server.settings import Settings
from server.transaction import transact

BEGINNING = datetime(2026, 7, 6, 1, 0, tzinfo=UTC)
COUNTY, TOWNSHIPS = "430981", ("430981101", "430981102")
VILLAGES = ("430981101001", "430981101002", "430981102001")
WORKERS = {"worker1": TOWNSHIPS[0], "worker2": TOWNSHIPS[0], "worker3": TOWNSHIPS[1]}
REVIEWER = "reviewer1"
PHONES = {  # phone -> (its user, the device that it lies on): two users share the tablet, one user has two devices
    "甲": ("worker1", "tablet"),
    "乙": ("worker1", "handset"),
    "丙": ("worker2", "tablet"),
    "丁": ("worker3", "old handset"),
}
PASSWORD = "correct horse"
PREFIX = "districts-"  # of the folders that runs work in; then comes the number of the process
ACCESS_DAYS = 20  # Sessions end within a story, but not so often that opening them is all that it tells.
HOUSEHOLDS = {f"household-{v}-{n}": village for v, village in enumerate(VILLAGES) for n in range(2)}
FORM = forms.Definition(
    "home_visit",
    "1",
    "简表",
    items=(
        forms.Question("people", "integer", "家里几口人", required="true()"),
        forms.Question("note", "text", "情况说明"),
    ),
)


def head_of(household: str) -> str:
    """Name a household's first member."""
    return household.replace("household", "person")


def user_bucket(username: str) -> str:
    """Name the bucket of a worker's own tasks."""
    return f"user:{username}"


def new_server(folder: Path, clock: Callable[[], datetime], *, durable_days: int = 0) -> Flask:
    """Start a server over a founded district in an empty folder."""
    shutil.copy(_founded() / "office.db", folder / "office.db")
    access_minutes = ACCESS_DAYS * 24 * 60
    settings = Settings("s" * 32, folder, access_minutes=access_minutes, durable_days=durable_days)
    app = create_app(settings, clock=clock)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app


@cache
def workplace() -> Path:
    """Make this process's folder, in memory where there is room: a story is about order, not about disks.

    What killed runs left behind goes: the folder of a run tells its process.
    """
    where = Path("/dev/shm") if Path("/dev/shm").is_dir() else Path(tempfile.gettempdir())
    clear_left_behind(where)
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=where))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def clear_left_behind(where: Path) -> None:
    """Remove the folders of our own whose process is gone; one whose name tells no process is somebody else's."""
    for folder in where.glob(f"{PREFIX}*"):
        number = folder.name.removeprefix(PREFIX).partition("-")[0]
        if number.isdigit() and folder.stat().st_uid == os.getuid() and not _is_alive(int(number)):
            shutil.rmtree(folder, ignore_errors=True)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@cache
def _founded() -> Path:
    """Found the district once in this process; every story copies it."""
    folder = Path(tempfile.mkdtemp(prefix="register-", dir=workplace()))
    app = create_app(Settings(secret_key="s" * 32, data_dir=folder), clock=lambda: BEGINNING)
    with app.app_context():
        flask_migrate.upgrade()
        transact(_fill)
        db.session.remove()
        db.engine.dispose()
    return folder


class _Place:
    def __init__(self, code: str) -> None:
        self.code, self.name = code, f"地区{code}"


def _fill(ledger: Ledger) -> None:
    author = office(BEGINNING)
    put(ledger, [_Place(code) for code in (COUNTY, *TOWNSHIPS, *VILLAGES)], now=BEGINNING)
    secret = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)  # quick, for tests
    roles = {name: Grant("caseworker", area) for name, area in WORKERS.items()} | {REVIEWER: Grant("reviewer", COUNTY)}
    for name, grant in roles.items():
        staff.create(
            ledger, name, username=name, display_name=name, password_hash=secret, grants=[grant], now=BEGINNING
        )
    definition = json.loads(forms.to_json(FORM))
    ledger.create("form", "form-1", "reference", {
        "form_id": FORM.form_id, "version": "1", "title": FORM.title, "hash": FORM.hash, "definition": definition,
    }, author)  # fmt: skip
    for household, village in HOUSEHOLDS.items():
        person = head_of(household)
        ledger.create("household", household, village, {
            "number": f"N-{household}", "area_code": village, "head_id": person, "address": f"{household}门口",
            "tags": {"老户": True},
        }, author)  # fmt: skip
        ledger.create("person", person, village, {"name": "王桂花", "id_number": "990101194906010012"}, author)
        link = {"household_id": household, "person_id": person, "relation": "户主"}
        ledger.create("household_member", f"link-{household}", village, link, author)
