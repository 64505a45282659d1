"""A county that looks real, in the small office of these tests: three villages of the sample county with their tasks."""

import json
from datetime import date

import forms
from server.sample.county import AREAS, VILLAGES
from server.sample.households import generate
from server.sample.staff import STAFF
from tests.field_client.conftest import put_form
from tests.field_client.office import STAFF_ID, Office

HELD = tuple(village.code for village in VILLAGES[:3])
WORKER = "李建国"  # Whom the small office enrols.


def lay_down(office: Office, today: date) -> None:
    """Put in the areas, the staff, the shipped form, and the households of the villages that the worker holds."""
    for area in AREAS:
        office.put("reference", "area", area.code, code=area.code, name=area.name, level=area.level)
    township = HELD[0][:9]
    office.put("reference", "staff", STAFF_ID, display_name=WORKER, role="caseworker", area_code=township)
    for member in STAFF:
        grant = member.grants[0]
        facts = {"display_name": member.display_name, "role": grant.role, "area_code": grant.area_prefix}
        office.put("reference", "staff", member.id, **facts)
    put_form(office, forms.shipped("home_visit"))
    for draft in generate(2026, 130, today):
        fields = json.loads(json.dumps(draft.fields))
        if draft.type == "visit_task" and fields["area_code"] in HELD:
            office.put(f"user:{STAFF_ID}", draft.type, draft.id, **{**fields, "assignee_id": STAFF_ID})
        elif draft.bucket in HELD:
            office.put(draft.bucket, draft.type, draft.id, **fields)
