"""What people call the fields of the register: both ends show them beside each other, so they are written once."""

from collections.abc import Mapping

TYPE_LABELS: Mapping[str, str] = {"household": "家庭", "person": "人员", "household_member": "家庭成员"}

LABELS: Mapping[str, str] = {
    "number": "编号",
    "area_code": "村（社区）",
    "head_id": "户主",
    "address": "住址",
    "dwelling": "住房",
    "poverty_cause": "困难原因",
    "phone": "电话",
    "remarks": "备注",
    "tags": "情况",
    "programmes": "在享救助",
    "name": "姓名",
    "sex": "性别",
    "birth_date": "出生日期",
    "ethnicity": "民族",
    "id_type": "证件类型",
    "id_number": "证件号码",
    "labour_capacity": "劳动能力",
    "disability": "残疾",
    "education_stage": "就学阶段",
    "death_date": "死亡日期",
    "household_id": "所在家庭",
    "person_id": "人员",
    "relation": "与户主关系",
    "included": "计入家庭人口",
    "exclusion_reason": "不计入的原因",
    "from_on": "何时起",
    "to_on": "何时止",
}


def label(name: str) -> str:
    """Give the name of a field; one that a newer release sends is shown as it came."""
    return LABELS.get(name, name)
