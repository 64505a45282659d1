"""Files that answer a question: a photo, a signature, a recording, a paper as it is.

They are kept, sealed and sent like every photo of a visit; the answer is the file's hash.
"""

import hashlib
import mimetypes
from typing import Any

from field_client import amendments, drafts, messages, photos, prefill, storage, visits
from field_client.clock import Clock
from field_client.drafts import Draft
from field_client.errors import FieldError
from field_client.photos import Prepared
from field_client.store import Store
from forms import Question
from forms.answers import UPLOADED
from forms.messages import SIGNATURE_LOOK
from forms.plan import plan

MAX_BYTES = 20 << 20  # A quarter of an hour of speech, or a long scan; a longer one is no answer to a question.
_FALLBACK = "application/octet-stream"


def attach(
    store: Store, clock: Clock, visit: str, path: str, source: bytes, *, name: str = "", imported: bool = False
) -> tuple[str, bool]:
    """Answer a question with a file; gives the file's hash, and whether a photo looks blurred.

    Raises FieldError: "attachment.question" where no file is asked for, "attachment.empty", "attachment.too_large",
    a `photo.` code for what is no whole image, "storage.full", "storage.photos_stopped".
    """
    question = _question(amendments.filling(store, drafts.get(store, visit), clock.today()).definition, path)
    storage.check_room(store)
    kind = _kind(question)
    prepared = photos.prepare(source, kind) if question.type == "image" else _as_it_is(source, name)
    visits.keep_blob(store, drafts.get(store, visit), prepared, kind)
    entry = {
        "id": drafts.fresh_id(clock),
        "blob": prepared.sha256,
        "kind": kind,
        "media_type": prepared.media_type,
        "size": prepared.size,
        "taken_at": clock.now(),
        "source": "imported" if imported else "camera",
        "caption": question.label[:100],
        **({"preview": prepared.preview_sha256} if prepared.preview_sha256 else {}),
        **({"width": prepared.width, "height": prepared.height} if prepared.width else {}),
    }

    def edit(draft: Draft) -> None:
        before = amendments.filling(store, draft, clock.today())
        amendments.keep(store, draft, before.typed({path: prepared.sha256}).answers)
        prefill.drop_changed(draft.document, before.answers)
        if all(one["blob"] != prepared.sha256 for one in draft.document["evidence"]):
            draft.document["evidence"].append(entry)

    drafts.change(store, clock, visit, edit)
    return prepared.sha256, prepared.is_blurred


def _question(definition: Any, path: str) -> Question:
    found = plan(definition).find(path)
    if found is None or not isinstance(found[0].item, Question) or found[0].item.type not in UPLOADED:
        raise FieldError("attachment.question")
    return found[0].item


def _kind(question: Question) -> str:
    if SIGNATURE_LOOK in question.appearance.split():
        return photos.SIGNATURE
    return {"image": messages.ANSWER_PHOTO}.get(question.type, question.type)


def _as_it_is(source: bytes, name: str) -> Prepared:
    """Take a recording or a paper without touching it: it is evidence as it came."""
    if not source:
        raise FieldError("attachment.empty")
    if len(source) > MAX_BYTES:
        raise FieldError("attachment.too_large", limit=MAX_BYTES >> 20)
    media_type = mimetypes.guess_type(name)[0] or _FALLBACK
    return Prepared(source, hashlib.sha256(source).hexdigest(), 0, 0, b"", False, media_type=media_type)
