"""The survey form of a draft: chosen at the start, kept to the end.

Forms travel as `form` records. A draft keeps the very definition that it began with, whatever comes later. What the form
says to the answers is in `filling`.
"""

import json
from collections.abc import Mapping
from functools import lru_cache

import forms
from field_client import overlay
from field_client.errors import FieldError
from field_client.overlay import Seen
from field_client.store import Store
from forms import versions

FORMS_OF_KIND = {
    "application": ("home_visit",),
    "recheck": ("recheck",),
    "care": ("care_visit",),
    "complaint": ("recheck",),
    "advance": ("advance_aid", "home_visit"),
    "campaign": ("recheck",),
}
"""Which shipped form a kind of visit fills in: the first one that is published."""


def choose(store: Store, form_id: str | None, *, kind: str) -> dict[str, str]:
    """Choose a form in its newest version and keep its definition; gives {id, version, hash}.

    Without a form_id: the form of that kind of visit, else the only one. Raises FieldError with the known forms.
    """
    newest = _newest(store)
    fitting = [form_id] if form_id else _fitting(newest, kind)
    if len(fitting) == 1 and fitting[0] in newest:
        return take(store, newest[fitting[0]])
    known = "、".join(f"{name}({title})" for name, title in titles(store).items()) or "无"
    raise FieldError("form.choose" if newest and not form_id else "form.unknown", known=known)


def titles(store: Store) -> dict[str, str]:
    """Give the titles of the forms on this device by their ids, each in its newest version."""
    return {name: str(form.fields.get("title") or name) for name, form in sorted(_newest(store).items())}


def definition(store: Store, form: Mapping[str, str]) -> forms.Definition:
    """Give the definition that a draft began with. Raises FieldError("form.unreadable")."""
    text = store.value("SELECT definition FROM forms_in_use WHERE hash = ?", form["hash"]) or _synced(store, form)
    return _read(text or "")


def newer(store: Store, form: Mapping[str, str]) -> Seen | None:
    """Find the newest version of a draft's form, where it is newer than the draft's own."""
    newest = _newest(store).get(form["id"])
    is_newer = newest is not None and _version(newest) > versions.order(form["version"])
    return newest if is_newer else None


def read(form: Seen) -> forms.Definition:
    """Read the definition that a form's record holds. Raises FieldError("form.unreadable")."""
    return _read(json.dumps(form.fields.get("definition"), ensure_ascii=False))


def _fitting(newest: Mapping[str, Seen], kind: str) -> list[str]:
    """Give the forms that a kind of visit may mean: the shipped one, a county's own that bears its name, or any."""
    shipped = [name for name in FORMS_OF_KIND.get(kind, ()) if name in newest]
    return shipped[:1] or [name for name in newest if kind in name] or list(newest)


def _newest(store: Store) -> dict[str, Seen]:
    newest: dict[str, Seen] = {}
    for form in overlay.all_of(store, "form"):
        form_id = str(form.fields.get("form_id") or "")
        if form_id not in newest or _version(form) > _version(newest[form_id]):
            newest[form_id] = form
    return newest


def _version(form: Seen) -> list[tuple[int, str]]:
    return versions.order(str(form.fields.get("version") or ""))


def take(store: Store, form: Seen) -> dict[str, str]:
    """Keep a form's definition for a draft; gives {id, version, hash}. Raises FieldError("form.unreadable")."""
    text = json.dumps(form.fields.get("definition"), ensure_ascii=False)
    known = _read(text)
    digest = str(form.fields.get("hash") or known.hash)
    with store.transaction():
        store.db.execute("INSERT OR IGNORE INTO forms_in_use (hash, definition) VALUES (?, ?)", (digest, text))
    return {"id": known.form_id, "version": known.version, "hash": digest}


def _synced(store: Store, form: Mapping[str, str]) -> str | None:
    """Find the definition of a visit that another device sealed."""
    for one in overlay.all_of(store, "form"):
        if one.fields.get("hash") == form["hash"]:
            return json.dumps(one.fields.get("definition"), ensure_ascii=False)
    return None


@lru_cache(maxsize=8)  # Every page of a visit asks for the same one, and what is published never changes.
def _read(text: str) -> forms.Definition:
    try:
        return forms.from_json(text)
    except ValueError as error:
        raise FieldError("form.unreadable") from error
