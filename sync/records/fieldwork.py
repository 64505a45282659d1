"""Field work: the task that sends a worker out, the sealed visit that comes back, what is added to it later, and leads.

A visit travels as one document in one record: either all of it is on the server or nothing. It is written once; a later
change is an amendment of its own with its own seal. Photos are named by the SHA-256 of their bytes and follow by the
upload lanes. No field can hold a face template or a face photo (人脸识别技术应用安全管理办法, art. 8).
"""

from sync.records.fields import (
    AREA,
    DAY,
    DOCUMENT,
    ID,
    INSTANT,
    ITEMS,
    OBJECT,
    OBJECTS,
    TEXT,
    WHOLE,
    WORD,
    Home,
    RecordType,
    server_owned,
    stepwise,
    write_once,
)

VISIT_TASK = RecordType(
    name="visit_task",
    home=Home.USER,
    device_may=frozenset({"update"}),
    fields={
        "household_id": server_owned(ID),
        "area_code": server_owned(AREA),
        "assignee_id": server_owned(ID),
        "kind": server_owned(WORD),
        "title": server_owned(TEXT),
        "due_on": server_owned(DAY),
        "priority": server_owned(WHOLE),  # 1 comes first
        "state": stepwise("planned", "started", "sealed"),
    },
)

VISIT = RecordType(
    name="visit",
    home=Home.VILLAGE,
    device_may=frozenset({"create"}),
    fields={
        "household_id": write_once(ID, required=True),
        "task_id": write_once(ID),
        "kind": write_once(WORD, required=True),
        "mode": write_once(WORD, required=True),
        "form": write_once(OBJECT, required=True),  # id, version, hash: a draft stays on the version it began with
        "started_at": write_once(INSTANT, required=True),
        "sealed_at": write_once(INSTANT, required=True),
        "answers": write_once(OBJECT, required=True),
        "facts": write_once(OBJECT),  # what the form took from the register: the office judges with the same
        "kept": write_once(OBJECT),  # path -> source and instant of an answer that was confirmed as unchanged
        "participants": write_once(OBJECTS, required=True),
        "signatures": write_once(OBJECTS, required=True),
        "identity": write_once(OBJECTS, required=True),
        "evidence": write_once(OBJECTS, required=True),
        "place": write_once(OBJECT),  # one point with its accuracy, never a track
        "remarks": write_once(TEXT),
        "clock": write_once(OBJECT, required=True),
        "seal": write_once(DOCUMENT, required=True),
        "review_state": server_owned(WORD),
        "verdict": server_owned(WORD),  # whether seal and chain held on arrival
        "form_verdict": server_owned(WORD),  # whether the office judges the newest answers as the device did
    },
)

AMENDMENT = RecordType(
    name="amendment",
    home=Home.VILLAGE,
    device_may=frozenset({"create"}),
    fields={
        "visit_id": write_once(ID, required=True),
        "revision": write_once(WHOLE, required=True),
        "reason": write_once(TEXT),
        "answers": write_once(OBJECT, required=True),  # path -> new answer; null withdraws an answer
        "evidence": write_once(OBJECTS, required=True),
        "signatures": write_once(OBJECTS, required=True),
        "sealed_at": write_once(INSTANT, required=True),
        "clock": write_once(OBJECT, required=True),
        "seal": write_once(DOCUMENT, required=True),
        "verdict": server_owned(WORD),
        "form_verdict": server_owned(WORD),
    },
)

LEAD = RecordType(
    name="lead",
    home=Home.VILLAGE,
    device_may=frozenset({"create"}),
    fields={  # a quick report of somebody in need (社会救助法 art. 39); no identity number is asked for
        "person_hint": write_once(TEXT, required=True),  # a name, or how to find them
        "place_hint": write_once(TEXT, required=True),
        "phone": write_once(WORD, secret=True),
        "hardships": write_once(ITEMS, required=True),
        "details": write_once(TEXT),
        "urgency": write_once(WORD, required=True),
        "source": write_once(WORD, required=True),
        "reporter_id": write_once(ID, required=True),
        "reporter_name": write_once(WORD),
        "sealed_at": write_once(INSTANT, required=True),
        "evidence": write_once(OBJECTS, required=True),
        "place": write_once(OBJECT),  # one point with its accuracy
        "clock": write_once(OBJECT, required=True),
        "seal": write_once(DOCUMENT, required=True),
        "verdict": server_owned(WORD),
        "review_state": server_owned(WORD),  # filed, dispatched, closed
        "handling": server_owned(OBJECT),  # who looks into it since when, and the result that the reporter reads
    },
)
