"""Words of the pages only: tables, no logic but looking up. What the command line shares stands in `field_client.messages`.

A word that a newer office sends and this table does not know is shown as it came.
"""

SAME = {"id_number": "证件号码相同", "name_and_birth": "姓名和出生日期相同", "name": "姓名相同", "address": "住址相同"}
"""Why somebody may be the same."""
MEDIA = {"image": "图片", "big-image": "大图", "audio": "录音", "video": "视频"}

STATE_ICONS = {
    "draft": "pencil",
    "waiting": "clock",
    "uploading": "up",
    "received": "inbox",
    "receipted": "shield",
    "returned": "back",
    "amending": "pencil",
    "approved": "check",
    "trouble": "alert",
}
LEAD_LOOKS = {
    "waiting": ("waiting", "clock"),
    "filed": ("received", "inbox"),
    "dispatched": ("uploading", "walk"),
    "closed": ("approved", "check"),
    "refused": ("trouble", "alert"),
}
"""The look and the icon of each state of a lead."""
VIEWS = {"all": "全部走访", "draft": "草稿", "upload": "待上传", "returned": "被退回", "stored": "已存证"}
NOTHING_HERE = {
    "all": "还没有走访。先在“住户”里找到一户，点“开始走访”。",
    "draft": "没有草稿。新的走访从“住户”开始。",
    "upload": "没有要上传的，都已交到服务器。",
    "returned": "没有被退回的走访。",
    "stored": "还没有存证的走访。照片全部上传后，再同步一次就会收到回执。",
}

SUGGESTED = {
    "eligible": {"word": "可能符合", "icon": "check", "state": "done"},
    "not_eligible": {"word": "看来不符合", "icon": "dash", "state": "optional"},
    "missing_facts": {"word": "还缺情况", "icon": "circle", "state": "open"},
}
"""What a suggestion says of a programme: never more than that it seems so."""

OUTCOMES = {
    "match": "人脸比对相符，工作人员已当面确认",
    "no_match": "人脸比对不相符",
    "inconclusive": "人脸比对不能确定",
    "not_possible": "这次不能用人脸比对",
    "confirmed": "已确认是本人",
    "declined": "本人不愿意人脸比对",
    "unresolved": "暂不能确认，交审核人员核实",
}
METHODS = {"face": "人脸", "id_card": "证件", "guardian": "监护人", "witness": "双人见证"}
METHOD_ICONS = {"face": "face", "id_card": "card", "guardian": "guardian", "witness": "people"}
CONFIRM_WORDS = {
    "id_card": "两人都已看过证件原件，是本人",
    "guardian": "监护人已确认，是本人",
    "witness": "两名见证人都已确认，是本人",
}

REFUSAL_REASONS = ("不识字，已听读记录但不愿签字", "对记录内容有异议", "家中无人能签字", "不愿意说明原因")

MISSING = {
    "visit.investigator_missing": "还缺第二名调查人员",
    "visit.investigator_signature_missing": "两名调查人员都要签字",
    "visit.household_signature_missing": "家庭成员还没有签字（不签的写明原因）",
    "visit.identity_missing": "身份核验还没有完成（人脸、证件、监护人、双人见证，任选一种）",
}
"""What a visit lacks, said as the page says it; the rest is said by `messages`."""

SENTENCES = {
    "pin.needed": "请输入 PIN。",
    "visit.sealed": "这次走访已经签封，不能再改。需要修改请在走访页点“补正”。",
    "visit.unknown": "本机没有这次走访。",
    "signature.nothing": "还没有签字。请在框里签名，或写明不签的原因。",
    "identity.photos_missing": "请先拍证件上的照片，再拍本人。",
    "identity.consent_guardian_needed": "未满规定年龄，要写明同意的监护人姓名和关系；也可以直接改用其他方式。",
    "identity.consent_missing": "请先把告知书念给本人听，征得同意后再拍。",
    "storage.damaged": "本机数据文件校验没有通过。请不要继续录入，联系管理员。",
    "household.unknown": "本机没有这户家庭。请回到住户列表查找，或先同步。",
}
"""Sentences that name a button where `messages` names a command."""

PAGE_UNKNOWN = "没有这个页面。请从下面的“首页”重新进入。"
NOT_SAVED = "没有保存，请再试一次。"


def sentence(code: str, otherwise: str = "") -> str:
    """Give the pages' sentence of a refusal, else the one that the command line uses."""
    return SENTENCES.get(code) or otherwise or NOT_SAVED


# What may be agreed to beside the comparison of faces, by its purpose: how it is offered, that nothing depends on it, the two
# answers, and what is said once it was agreed to.
MORE_CONSENTS = {
    "face_keep": {
        "offer": "下次想少拍一次证件？听一听留存告知书",
        "hint": "这是另外一件事，不留存也照样比对。",
        "declined": "不留存",
        "granted": "同意留存",
        "agreed": "已同意留存参考数据。",
    },
    "face_upload": {
        "offer": "想让办公室再比对一次？听一听上传复核告知书",
        "hint": "这是另外一件事，不上传也照样比对。",
        "declined": "不上传",
        "granted": "同意上传",
        "agreed": "已同意把这两张照片加密交办公室复核一次。",
    },
}

CARD_PROPOSED = "已作为更正提出，同步后交审核人员决定。"
CARD_AGREES = "核对过了，与名册一致，没有要更正的。"
