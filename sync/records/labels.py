"""What people call the fields of the register, and the codes of a lead: both ends show them, so they are written once."""

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


LEAD_HARDSHIPS: Mapping[str, str] = {
    "food": "缺粮断炊",
    "illness": "急病、重病",
    "accident": "意外事故",
    "disaster": "火灾、水灾等灾害",
    "shelter": "没有住处或房屋危险",
    "care": "老人、儿童、残疾人无人照料",
    "abuse": "疑似受虐待或被遗弃",
    "income": "突然没有收入",
    "school": "因困难面临失学",
    "other": "其他",
}
LEAD_URGENCIES: Mapping[str, str] = {"now": "今天就要有人去", "week": "几天之内", "ordinary": "按平常程序"}
LEAD_SOURCES: Mapping[str, str] = {
    "village": "村(社区)干部走访发现",
    "neighbour": "邻里、亲友告知",
    "self": "本人求助",
    "hotline": "热线、信访转来",
    "organisation": "学校、医院、社会组织等单位报告",
    "other": "其他",
}
LEAD_STATES: Mapping[str, str] = {"filed": "待处理", "dispatched": "已派人", "closed": "已办结"}
"""The words of a quick report, as the shipped form `lead` has them, and where it stands."""


def label(name: str) -> str:
    """Give the name of a field; one that a newer release sends is shown as it came."""
    return LABELS.get(name, name)


def hardships(chosen: Mapping[str, bool]) -> list[str]:
    """Give the words of the hardships of a lead, in the order of the table; codes of a newer release come last.

    >>> hardships({"care": True, "food": True, "flood": True, "school": False})
    ['缺粮断炊', '老人、儿童、残疾人无人照料', 'flood']
    """
    newer = {code: code for code in chosen if code not in LEAD_HARDSHIPS}
    return [word for code, word in {**LEAD_HARDSHIPS, **newer}.items() if chosen.get(code)]
