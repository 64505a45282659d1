"""What people call the values of records: both ends show the same word, so they are written once.

A value that a newer release sends and these tables do not know is shown as it came.
"""

from collections.abc import Mapping

SEXES: Mapping[str, str] = {"male": "男", "female": "女"}
RELATIONS: Mapping[str, str] = {
    "head": "户主",
    "self": "本人",
    "spouse": "配偶",
    "child": "子女",
    "parent": "父母",
    "grandchild": "孙辈",
    "grandparent": "祖辈",
    "sibling": "兄弟姐妹",
    "child_in_law": "儿媳、女婿",
    "other": "其他",
}
LABOUR: Mapping[str, str] = {"full": "有劳动能力", "partial": "部分丧失劳动能力", "none": "无劳动能力"}
STAGES: Mapping[str, str] = {
    "none": "不在校",
    "preschool": "幼儿园",
    "compulsory": "义务教育",
    "senior_secondary": "高中、中职",
    "higher": "大专、本科",
    "postgraduate": "研究生",
}
TAGS: Mapping[str, str] = {
    "living_alone": "独居",
    "left_behind_child": "留守儿童",
    "severe_disability": "重度残疾",
    "serious_illness": "重病",
}
CAUSES: Mapping[str, str] = {
    "disability": "因残",
    "illness": "因病",
    "old_age": "年老",
    "education": "因学",
    "lack_of_labour": "缺劳力",
    "lack_of_skill": "缺技术",
    "disaster": "因灾",
    "accident": "意外",
}
CONDITIONS: Mapping[str, str] = {
    "grade_a": "A 级（安全）",
    "grade_b": "B 级（基本安全）",
    "grade_c": "C 级（局部危险）",
    "grade_d": "D 级（危房）",
}
TENURES: Mapping[str, str] = {"own": "自有", "lent": "借住", "rented": "租住", "public": "公租房"}
VISIT_KINDS: Mapping[str, str] = {
    "application": "申请入户",
    "recheck": "定期核查",
    "care": "走访探视",
    "complaint": "信访核实",
    "advance": "先行救助",
    "campaign": "专项排查",
}
MODES: Mapping[str, str] = {"on_site": "入户", "phone": "电话", "video": "视频"}
PARTICIPANTS: Mapping[str, str] = {
    "lead": "主调查人",
    "second": "调查人员",
    "village_helper": "村级协助",
    "social_worker": "社工",
}
PHOTO_KINDS: Mapping[str, str] = {
    "house": "房屋外观",
    "room": "室内",
    "person": "人物与生活",
    "paper": "证明材料",
    "consent": "同意书",
    "facility": "设施设备",
    "other": "其他",
}
FILE_KINDS: Mapping[str, str] = {**PHOTO_KINDS, "signature": "签名", "audio": "录音", "file": "文件"}
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


def hardships(chosen: Mapping[str, bool]) -> list[str]:
    """Give the words of the hardships of a lead, in the order of the table; codes of a newer release come last.

    >>> hardships({"care": True, "food": True, "flood": True, "school": False})
    ['缺粮断炊', '老人、儿童、残疾人无人照料', 'flood']
    """
    newer = {code: code for code in chosen if code not in LEAD_HARDSHIPS}
    return [word for code, word in {**LEAD_HARDSHIPS, **newer}.items() if chosen.get(code)]
