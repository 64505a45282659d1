"""The survey form of a draft: chosen at the start, kept to the end, and asked about the answers.

Forms travel as `form` records. A draft keeps the very definition that it began with, whatever comes later.
"""

import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import forms
from field_client import overlay
from field_client.errors import FieldError
from field_client.overlay import Seen
from field_client.store import Store


def choose(store: Store, form_id: str | None, *, kind: str) -> dict[str, str]:
    """Choose a form in its newest version and keep its definition; gives {id, version, hash}.

    Without a form_id: the only form, or the one that names the kind of visit. Raises FieldError with the known forms.
    """
    newest = _newest(store)
    known = "、".join(f"{name}({form.fields.get('title') or ''})" for name, form in sorted(newest.items())) or "无"
    if form_id is None:
        fitting = [name for name in newest if kind in name] if len(newest) > 1 else list(newest)
        if len(fitting) != 1:
            raise FieldError("form.choose" if newest else "form.unknown", known=known)
        form_id = fitting[0]
    if form_id not in newest:
        raise FieldError("form.unknown", known=known)
    return _keep(store, newest[form_id])


def definition(store: Store, form: Mapping[str, str]) -> forms.Definition:
    """Give the definition that a draft began with. Raises FieldError("form.unreadable")."""
    text = store.value("SELECT definition FROM forms_in_use WHERE hash = ?", form["hash"]) or _synced(store, form)
    return _read(text or "")


def begin(store: Store, form: Mapping[str, str], today: date) -> dict[str, Any]:
    """Give the answers that the form begins with."""
    return dict(forms.initial_answers(definition(store, form), today=today))


def parsed(store: Store, form: Mapping[str, str], typed: Mapping[str, str], today: date) -> dict[str, Any]:
    """Read typed answers, None where one is taken back. Raises FieldError("answer.refused") and keeps none of them."""
    known = definition(store, form)
    try:
        return {path: forms.parse_answer(known, path, text, today=today) for path, text in typed.items()}
    except forms.AnswerRefused as refusal:
        raise FieldError("answer.refused", label=refusal.label or refusal.path, message=refusal.message) from None


def findings(store: Store, form: Mapping[str, str], answers: Mapping[str, Any], today: date) -> list[dict[str, str]]:
    """List the questions to mend before the seal, in the order of the form."""
    found = forms.check(definition(store, form), answers, today=today)
    return [{"path": one.path, "code": one.code, "message": one.message, "label": one.label} for one in found]


def pruned(store: Store, form: Mapping[str, str], answers: Mapping[str, Any], today: date) -> dict[str, Any]:
    """Give the answers as they are sealed."""
    return forms.prune(definition(store, form), answers, today=today)


def _newest(store: Store) -> dict[str, Seen]:
    newest: dict[str, Seen] = {}
    for form in overlay.all_of(store, "form"):
        form_id = str(form.fields.get("form_id") or "")
        if form_id not in newest or _order(form) > _order(newest[form_id]):
            newest[form_id] = form
    return newest


def _order(form: Seen) -> list[tuple[int, str]]:
    """Order versions as people count them: 2 before 10."""
    parts = re.findall(r"[0-9]+|[^0-9]+", str(form.fields.get("version") or ""))
    return [(int(part), "") if part.isdigit() else (-1, part) for part in parts]


def _keep(store: Store, form: Seen) -> dict[str, str]:
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


def _read(text: str) -> forms.Definition:
    try:
        return forms.from_json(text)
    except ValueError as error:
        raise FieldError("form.unreadable") from error
