"""The register: households, persons, and who lives with whom. What a visit finds changes it only by accepted proposals."""

from sync.records.fields import (
    AREA,
    DAY,
    DOCUMENT,
    ID,
    TEXT,
    TRUTH,
    WORD,
    Home,
    RecordType,
    contested,
    grow_set,
    last_writer,
    reviewed,
    server_owned,
    write_once,
)

HOUSEHOLD = RecordType(
    name="household",
    home=Home.VILLAGE,
    device_may=frozenset({"create", "update"}),
    fields={
        "number": server_owned(WORD),  # the office's running number, printed on papers
        "area_code": write_once(AREA, required=True),  # moving a household is an act of the office
        "head_id": reviewed(ID),
        "address": contested(TEXT),
        "dwelling": contested(DOCUMENT),  # area, condition, tenure
        "poverty_cause": contested(WORD),
        "phone": last_writer(WORD, secret=True),
        "remarks": last_writer(TEXT),
        "tags": grow_set(),
        "programmes": server_owned(DOCUMENT),  # what the household receives, since when
    },
)

PERSON = RecordType(
    name="person",
    home=Home.VILLAGE,
    device_may=frozenset({"create", "update"}),
    fields={
        "name": reviewed(WORD),
        "sex": reviewed(WORD),
        "birth_date": reviewed(DAY),
        "ethnicity": reviewed(WORD),
        "id_type": reviewed(WORD),
        "id_number": reviewed(WORD, secret=True),
        "phone": last_writer(WORD, secret=True),
        "labour_capacity": contested(WORD),
        "disability": contested(DOCUMENT),  # category and level of the certificate
        "education_stage": contested(WORD),
        "death_date": reviewed(DAY),
    },
)

HOUSEHOLD_MEMBER = RecordType(
    name="household_member",
    home=Home.VILLAGE,
    device_may=frozenset({"create", "update"}),
    fields={
        "household_id": write_once(ID, required=True),
        "person_id": write_once(ID, required=True),
        "relation": reviewed(WORD),
        "included": reviewed(TRUTH),
        "exclusion_reason": reviewed(WORD),
        "from_on": reviewed(DAY),
        "to_on": reviewed(DAY),
    },
)
