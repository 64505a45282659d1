"""A device's own page of a large form, as its script speaks to it: an answer is sent, the questions that changed come back."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from field_client import drafts, keys
from field_client.clock import system_clock
from field_client.drafts import Draft
from field_client.settings import Device, Home, save_device
from field_client.store import open_store
from field_client.web import create_app, entrance
from forms import Definition, to_json

VISIT, VILLAGE = "visit-1", "430981001001"
OK = 200


class Page:
    """Somebody who fills in a form in a browser."""

    def __init__(self, home: Home, store_key: bytes) -> None:
        self._app = create_app(home, system_clock(), store_key=store_key)
        self._browser = self._app.test_client()
        self._browser.get(entrance(self._app))
        with self._browser.session_transaction() as session:
            self._token = str(session["csrf"])

    def answer(self, section: str, path: str, text: str) -> None:
        """Give one answer."""
        fields = {"csrf": self._token, "section": section, "path": path, "text": text}
        told = self._browser.post(f"/visits/{VISIT}/answers", data=fields)
        assert told.status_code == OK and told.json["saved"], told.text

    def show(self, section: str) -> None:
        """Open a section."""
        assert self._browser.get(f"/visits/{VISIT}/sections/{section}").status_code == OK


@contextmanager
def page(form: Definition, answers: Mapping[str, Any]) -> Iterator[Page]:
    """Give the pages of a device on which a form is filled in, in a folder of their own."""
    with TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home")
        yield Page(home, _device(home, form, answers))


def _device(home: Home, form: Definition, answers: Mapping[str, Any]) -> bytes:
    """Make a device that was enrolled some time, with one draft on it; gives its store key."""
    home.media.mkdir(parents=True)
    store_key, now = os.urandom(keys.KEY_BYTES), system_clock().now()
    protection = keys.wrap(store_key, keys.make_secret(home.secret_file), None)
    save_device(home, Device("d-1", "平板", "http://127.0.0.1:9", "s-1", "worker", "经办", [], "", 30, now, protection))
    store = open_store(home, store_key)
    named = {"id": form.form_id, "version": form.version, "hash": form.hash}
    document = {"household_id": "h-1", "kind": "recheck", "form": named, "started_at": now, "answers": dict(answers)}
    document |= {"facts": {}, "kept": {}, "evidence": [], "participants": [], "signatures": [], "identity": []}
    with store.transaction():
        store.put("keys", keys.new_keys().private())
        store.db.execute("INSERT INTO forms_in_use (hash, definition) VALUES (?, ?)", (form.hash, to_json(form)))
        drafts.save(store, system_clock(), Draft(VISIT, "", VILLAGE, json.loads(json.dumps(document))))
    store.close()
    return store_key
