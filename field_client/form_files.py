"""The pictures and recordings that forms bring along: which of them this device has, and their bytes.

They travel as records of the reference data, ahead of the form that names them, so they are in the encrypted store, in
bundles, and proved by the same sums.
"""

import json
from base64 import b64decode
from dataclasses import dataclass

from field_client.store import Store
from forms import Definition

TYPE = "form_file"


@dataclass(frozen=True)
class FormFile:
    """A file that a form brought along."""

    media_type: str
    content: bytes


def here(store: Store, form: Definition) -> dict[str, str]:
    """Give the hashes of a form's files that are on this device, by their names."""
    if not form.files:
        return {}
    wanted = json.dumps([sha256 for _, sha256 in form.files])
    sql = "SELECT id FROM records WHERE type = ? AND id IN (SELECT value FROM json_each(?))"
    found = {row["id"] for row in store.rows(sql, TYPE, wanted)}
    return {name: sha256 for name, sha256 in form.files if sha256 in found}


def read(store: Store, sha256: str) -> FormFile | None:
    """Give a file by its hash, or None where it has not come."""
    body = store.value("SELECT body FROM records WHERE type = ? AND id = ?", TYPE, sha256)
    if body is None:
        return None
    fields = json.loads(body)
    return FormFile(fields["media_type"], b64decode(fields["content"]["base64"]))
