"""Published survey forms, every version that ever was: what a device may still hold a draft of."""

import json
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import forms
from forms import versions
from server.adapters.vault import Vault
from server.domain.errors import NotFound
from server.models.ledger import Change, Record
from server.queries import records

FORM, FORM_FILE = "form", "form_file"


@dataclass(frozen=True)
class Published:
    """One version of a form, without its content."""

    form_id: str
    version: str
    title: str
    hash: str
    published_at: datetime


def record_id(form_id: str, version: str) -> str:
    """Name the record of one version of a form."""
    return f"{form_id}@{version}"


def published(session: Session, vault: Vault, *, form_id: str | None = None) -> list[Published]:
    """List the published versions by form, the newest first: the one that devices begin new visits with."""
    ids = session.scalars(select(Record.id).where(Record.type == FORM))
    times = _times(session)
    stored = records.stored(session, vault, [(FORM, id_) for id_ in ids])
    rows = [_published(one.fields, times[id_]) for (_, id_), one in stored.items()]
    rows = [row for row in rows if form_id in (None, row.form_id)]
    newest_first = sorted(rows, key=lambda row: versions.order(row.version), reverse=True)
    return sorted(newest_first, key=lambda row: row.form_id)


def definition(session: Session, vault: Vault, form_id: str, version: str) -> forms.Definition:
    """Read a published version. Raises NotFound."""
    fields = records.fields_of(session, vault, FORM, record_id(form_id, version))
    if fields is None:
        raise NotFound(f"没有发布过表单 {form_id} 的 {version} 版; 用 flask forms versions 查看")
    return read(fields)


def read(fields: Mapping[str, Any]) -> forms.Definition:
    """Read the definition that a form's record holds. Raises ValueError for one of a format that is not known here."""
    return _read(json.dumps(fields["definition"], ensure_ascii=False))


@lru_cache(maxsize=64)  # A day's visits are of few versions, and no version ever changes.
def _read(definition: str) -> forms.Definition:
    return forms.from_json(definition)


def _published(fields: Mapping[str, Any], at: datetime) -> Published:
    return Published(fields["form_id"], fields["version"], fields["title"], fields["hash"], at)


def _times(session: Session) -> dict[str, datetime]:
    statement = select(Change.record_id, func.min(Change.at)).where(Change.type == FORM).group_by(Change.record_id)
    return {row[0]: row[1] for row in session.execute(statement)}


@dataclass(frozen=True)
class FormFile:
    """A picture or recording beside a question."""

    media_type: str
    content: bytes


def file(session: Session, vault: Vault, sha256: str) -> FormFile:
    """Read a file that some version brought along. Raises NotFound."""
    fields = records.fields_of(session, vault, FORM_FILE, sha256)
    if fields is None:
        raise NotFound("没有发布过这个文件")
    return FormFile(fields["media_type"], b64decode(fields["content"]["base64"]))
