"""Survey forms and their files reach devices as reference records; a published version never changes, for drafts stay on
theirs."""

import hashlib
import json
from base64 import b64encode
from datetime import datetime

import forms
from forms.files import media_type
from server.domain.errors import InputInvalid, RecordExists
from server.domain.permissions import Actor
from server.queries.forms import FORM, FORM_FILE, record_id
from server.queries.scope import REFERENCE
from server.services import audit
from server.services.changes import Ledger
from server.services.staged import office
from sync.records import REGISTRY, problems


def publish_file(ledger: Ledger, content: bytes, *, now: datetime) -> bool:
    """Give the devices a file that a form names; gives False where they have it, from whatever version.

    Each file is a transaction of its own, before its form's: a device on a bad line takes them one by one, and has a
    form's files when it has the form.
    """
    name = hashlib.sha256(content).hexdigest()
    if ledger.get(FORM_FILE, name) is not None:
        return False
    fields = {"media_type": media_type(content), "content": {"base64": b64encode(content).decode()}}
    ledger.create(FORM_FILE, name, REFERENCE, fields, office(now))
    return True


def publish(ledger: Ledger, definition: forms.Definition, *, now: datetime, actor: Actor | None = None) -> bool:
    """Publish a version; again with the same content does nothing and gives False.

    Raises RecordExists when that version was published with another content, InputInvalid when it is too large to travel.
    """
    name = record_id(definition.form_id, definition.version)
    known = ledger.get(FORM, name)
    if known is not None:
        if known.fields["hash"] != definition.hash:
            raise RecordExists(f"表单 {name} 已发布过不同的内容; 请在 settings 工作表把 version 改大后再发布")
        return False
    fields = {
        "form_id": definition.form_id,
        "version": definition.version,
        "title": definition.title,
        "hash": definition.hash,
        "definition": json.loads(forms.to_json(definition)),
    }
    if problems(REGISTRY[FORM], fields, creating=True):
        raise InputInvalid("表单编号、版本号或内容太长, 设备收不下; 请精简后再发布")
    ledger.create(FORM, name, REFERENCE, fields, office(now))
    if actor:
        audit.record(ledger.session, actor, "form.publish", FORM, name, now=now, hash=definition.hash)
    return True
