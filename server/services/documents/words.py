"""What documents say, as tables: the codes of cases and visits in the words that applicants and inspectors read."""

from identity.ladder import RUNGS

BASES = {"hukou": "户籍所在地", "residence_permit": "居住证", "emergency_place": "急难发生地"}
METHODS = {method.value: rung.title for method, rung in RUNGS.items()}
OUTCOMES = {
    "match": "相符",
    "confirmed": "已确认",
    "no_match": "不相符",
    "inconclusive": "不能确定",
    "not_possible": "未能进行",
    "not_confirmed": "不是本人",
    "declined": "本人不同意",
    "unresolved": "留待审核核实",
}
SIGNERS = {"investigator": "调查人员", "household": "家庭成员", "witness": "见证人"}
NOT_HERE, NO_PICTURE, NOT_SIGNED = "照片还没有收到", "不是照片的附件，见电子档案", "没有签字：{}"
UNREADABLE = "照片文件无法读取，见电子档案"
HEAD_UNKNOWN = "户主不详"
SEAL = "内容的 SHA-256 {content_hash}，由设备 {device_id} 第 {number} 次签封"
