"""Every record type that travels. A type listed here is synced, stored and tested; nothing else is."""

from collections.abc import Mapping

from sync.records.fields import Field, Home, Kind, Merge, RecordType, problems
from sync.records.fieldwork import AMENDMENT, LEAD, VISIT, VISIT_TASK
from sync.records.office import AREA_RECORD, FORM, FORM_FILE, HELD_VALUE, RECEIPT, REVIEW, STAFF
from sync.records.register import HOUSEHOLD, HOUSEHOLD_MEMBER, PERSON

REGISTRY: Mapping[str, RecordType] = {
    record_type.name: record_type
    for record_type in (
        AREA_RECORD,
        STAFF,
        FORM_FILE,
        FORM,
        HOUSEHOLD,
        PERSON,
        HOUSEHOLD_MEMBER,
        VISIT_TASK,
        VISIT,
        AMENDMENT,
        LEAD,
        REVIEW,
        RECEIPT,
        HELD_VALUE,
    )
}

__all__ = ["REGISTRY", "Field", "Home", "Kind", "Merge", "RecordType", "problems"]
