"""Survey forms reach devices as reference records; a published version never changes, for drafts stay on theirs."""

import json
from datetime import datetime

import forms
from server.domain.errors import RecordExists
from server.queries.scope import REFERENCE
from server.services.changes import Ledger, office


def record_id(form_id: str, version: str) -> str:
    """Name the record of one version of a form."""
    return f"{form_id}@{version}"


def publish(ledger: Ledger, definition: forms.Definition, *, now: datetime) -> bool:
    """Publish a version; again with the same content does nothing. Raises RecordExists when the content differs."""
    name = record_id(definition.form_id, definition.version)
    known = ledger.get("form", name)
    if known is not None:
        if known.fields["hash"] != definition.hash:
            raise RecordExists(f"表单 {name} 已发布过不同的内容, 请换一个版本号")
        return False
    fields = {
        "form_id": definition.form_id,
        "version": definition.version,
        "title": definition.title,
        "hash": definition.hash,
        "definition": json.loads(forms.to_json(definition)),
    }
    ledger.create("form", name, REFERENCE, fields, office(now))
    return True
