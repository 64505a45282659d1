"""The one household that every sample county has, whatever its seed: an old couple who applies for 低保.

It opens the list of the first caseworker's first village, for the demonstration and its tests to find. The husband heads
the household and is bedridden; the wife, who answers the door, applies.
"""

from datetime import date
from typing import Any

from identity import resident_id
from server.sample.county import VILLAGES
from server.sample.draft import Draft
from server.sample.tasks import WORDS, Errand, caseworker_of, task

DEMO_HOUSEHOLD_ID = "01943a00-1000-7000-8000-000000000001"
DEMO_HEAD_ID = "01943a00-1000-7000-8000-000000000002"
DEMO_APPLICANT_ID = "01943a00-1000-7000-8000-000000000003"
DEMO_TASK_ID = "01943a00-1000-7000-8000-000000000006"
_HEAD_MEMBER_ID = "01943a00-1000-7000-8000-000000000004"
_APPLICANT_MEMBER_ID = "01943a00-1000-7000-8000-000000000005"

_VILLAGE = VILLAGES[0]
_AREA = resident_id.TEST_AREA + "0000"  # The village's other people have 990001 upwards: no number comes twice.
_HEAD_BORN_ON = date(1949, 11, 8)
_APPLICANT_BORN_ON = date(1953, 3, 21)
_REGISTERED_ON = "2025-12-01"
_PHONE = "15400007321"


def drafts(today: date, *, number: str, address: str, place: str) -> list[Draft]:
    """Give the household's records; the task is due today."""
    task_for_today = task(
        DEMO_TASK_ID,
        Errand("application", WORDS["application"]["deeds"][0], today),
        household_id=DEMO_HOUSEHOLD_ID,
        village=_VILLAGE,
        place=place,
        assignee=caseworker_of(_VILLAGE),
    )
    return [
        Draft("household", DEMO_HOUSEHOLD_ID, _VILLAGE.code, _household(number, address)),
        Draft("person", DEMO_HEAD_ID, _VILLAGE.code, _head()),
        Draft("person", DEMO_APPLICANT_ID, _VILLAGE.code, _applicant()),
        Draft("household_member", _HEAD_MEMBER_ID, _VILLAGE.code, _membership(DEMO_HEAD_ID, "head")),
        Draft("household_member", _APPLICANT_MEMBER_ID, _VILLAGE.code, _membership(DEMO_APPLICANT_ID, "spouse")),
        task_for_today,
    ]


def _head() -> dict[str, Any]:
    return {
        "name": "陈德清",
        "sex": "male",
        "birth_date": _HEAD_BORN_ON.isoformat(),
        "ethnicity": "汉族",
        "id_type": "resident_id",
        "id_number": resident_id.compose(_AREA, _HEAD_BORN_ON, 17),
        "labour_capacity": "none",
        "disability": {"category": "physical", "level": 2},
        "education_stage": "none",
    }


def _applicant() -> dict[str, Any]:
    return {
        "name": "周桂珍",
        "sex": "female",
        "birth_date": _APPLICANT_BORN_ON.isoformat(),
        "ethnicity": "汉族",
        "id_type": "resident_id",
        "id_number": resident_id.compose(_AREA, _APPLICANT_BORN_ON, 28),
        "phone": _PHONE,
        "labour_capacity": "none",
        "education_stage": "none",
    }


def _household(number: str, address: str) -> dict[str, Any]:
    return {
        "number": number,
        "area_code": _VILLAGE.code,
        "head_id": DEMO_HEAD_ID,
        "address": address,
        "dwelling": {"area_m2": 62, "condition": "grade_c", "tenure": "own"},
        "poverty_cause": "disability",
        "phone": _PHONE,
        "remarks": "老伴瘫痪在床,由周桂珍照料。",
        "tags": {"severe_disability": True, "serious_illness": True},
        "programmes": [],
    }


def _membership(person_id: str, relation: str) -> dict[str, Any]:
    return {
        "household_id": DEMO_HOUSEHOLD_ID,
        "person_id": person_id,
        "relation": relation,
        "included": True,
        "from_on": _REGISTERED_ON,
    }
