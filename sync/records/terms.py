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
