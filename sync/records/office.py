"""What the office sends out and no device may write: reviews, receipts, and the reference data of a county."""

from sync.records.fields import (
    AREA,
    DOCUMENT,
    ID,
    INSTANT,
    TEXT,
    WHOLE,
    WORD,
    Home,
    RecordType,
    server_owned,
)

REVIEW = RecordType(
    name="review",
    home=Home.VILLAGE,
    fields={
        "visit_id": server_owned(ID),
        "revision": server_owned(WHOLE),
        "verdict": server_owned(WORD),  # returned, approved, refused
        "reason": server_owned(TEXT),
        "comments": server_owned(DOCUMENT),  # [{id, target: {kind, ref}, text}]
        "reviewer_id": server_owned(ID),
        "reviewer_name": server_owned(WORD),
        "decided_at": server_owned(INSTANT),
    },
)

RECEIPT = RecordType(
    name="receipt",
    home=Home.VILLAGE,
    fields={
        "visit_id": server_owned(ID),
        "revision": server_owned(WHOLE),
        "visit_hash": server_owned(WORD),
        "blobs": server_owned(DOCUMENT),
        "issued_at": server_owned(INSTANT),
        "signature": server_owned(TEXT),
    },
)

HELD_VALUE = RecordType(
    name="held_value",
    home=Home.VILLAGE,
    fields={
        "kind": server_owned(WORD),  # conflict, proposal, removed
        "subject_type": server_owned(WORD),
        "subject_id": server_owned(ID),
        "field": server_owned(WORD),  # "*" is the edit as a whole
        "values": server_owned(DOCUMENT),  # original, current, offered; id numbers and phones masked
        "evidence": server_owned(ID),  # the visit in which it was found
        "staff_id": server_owned(ID),  # who entered it, on which device, as which mutation
        "device_id": server_owned(ID),
        "n": server_owned(WHOLE),
        "held_at": server_owned(INSTANT),
        "state": server_owned(WORD),  # open, accepted, refused
        "reason": server_owned(TEXT),
        "decided_by": server_owned(WORD),
        "decided_at": server_owned(INSTANT),
    },
)

AREA_RECORD = RecordType(
    name="area",
    home=Home.REFERENCE,
    fields={
        "code": server_owned(AREA),
        "name": server_owned(WORD),
        "level": server_owned(WORD),
        "parent_code": server_owned(AREA),
    },
)

STAFF = RecordType(
    name="staff",
    home=Home.REFERENCE,
    fields={
        "display_name": server_owned(WORD),
        "role": server_owned(WORD),
        "area_code": server_owned(AREA),
    },
)

FORM_FILE = RecordType(
    name="form_file",
    home=Home.REFERENCE,
    fields={
        "media_type": server_owned(WORD),
        "content": server_owned(DOCUMENT),  # {base64}: a picture or recording beside a question; its SHA-256 is the id
    },
)

FORM = RecordType(
    name="form",
    home=Home.REFERENCE,
    fields={
        "form_id": server_owned(WORD),
        "version": server_owned(WORD),
        "title": server_owned(TEXT),
        "hash": server_owned(WORD),
        "definition": server_owned(DOCUMENT),
    },
)
