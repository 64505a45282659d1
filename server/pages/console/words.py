"""What supervisors read, as tables: every code of a visit with its words, and what the pages say. No logic but looking up.

A word that a newer device sends and this table does not know is shown as it came.
"""

from collections.abc import Mapping
from typing import Any

from identity.ladder import REASONS as CHOSEN_REASONS
from identity.ladder import RUNGS
from identity.messages import FINDINGS, RECHECK
from identity.messages import REASONS as MACHINE_REASONS

STATES = {"pending": "待审", "returned": "已退回", "approved": "已通过", "refused": "不通过"}
VERDICTS = {"approved": "通过", "returned": "退回补正", "refused": "不通过"}
SIGNERS = {"investigator": "调查人员", "household": "家庭成员"}
SOURCES = {"camera": "现场拍摄", "imported": "相册导入"}
PLACE_SOURCES = {"device": "设备定位", "gps": "卫星定位", "network": "网络定位", "manual": "手工填写"}

# Tone, word and sentence; the tone chooses icon and colour, the word says it without them.
SEALS = {
    "intact": ("good", "证据完好", "内容与签封时一致，签名有效，与该设备上一次签封相连。"),
    "out_of_order": ("warn", "次序不连", "内容和签名有效，但与该设备上一次签封接不上，请向经办人员核实。"),
    "altered": ("bad", "内容被改动", "收到的内容与签封时不一致，不能作为证据，请退回核实。"),
    "forged": ("bad", "签名不符", "签名与登记的设备对不上，不能作为证据，请退回核实。"),
    "missing": ("bad", "没有签封", "没有可以验证的签封，请退回核实。"),
}
KEPT = {"visit": "沿用上次走访（{day}）", "register": "沿用名册（{day}）"}
HOW_MANY, ITEMS = "数目", "{count} 项"
FORM_VERDICTS = {
    "fits": ("good", "答案相符", "收到后用同一版表单重新核对，结果与设备一致。"),
    "differs": ("warn", "答案不符", "收到后重新核对，有答案缺少、不合要求或算法结果不同，见下面标出的题目，请核实。"),
    "unknown_form": ("warn", "没有核对", "办公室没有发布过这一版表单，答案照原样保存，请人工核对。"),
}
METHODS = {method.value: rung.title for method, rung in RUNGS.items()}
OUTCOMES = {
    "match": ("good", "相符"),
    "confirmed": ("good", "已确认"),
    "no_match": ("warn", "不相符"),
    "inconclusive": ("warn", "不能确定"),
    "not_possible": ("warn", "未能进行"),
    "not_confirmed": ("bad", "不是本人"),
    "declined": ("plain", "本人不同意"),
    "unresolved": ("warn", "留待审核核实"),
}
# Nothing is said of a turn that was not asked for: most people are confirmed without it.
LIVENESS = {"passed": "转头检测通过。", "failed": "转头检测没有通过。", "not_checked": "", "not_possible": ""}
LACKING = {
    "identity.guardian_missing": "没有写监护人姓名。",
    "identity.witness_missing": "没有写满两名见证人姓名。",
}
RECHECKS = {**RECHECK}
RECHECKED, RECHECK_AGREES, RECHECK_ASKS = "办公室复核：", "与现场一致。", "复核有疑问"
REASONS = {**FINDINGS, **MACHINE_REASONS, **CHOSEN_REASONS}

LEVELS = {"1": "一级", "2": "二级", "3": "三级", "4": "四级"}


HELD_KINDS = {"conflict": "冲突", "proposal": "提议", "removed": "改了已移除的", "duplicate": "可能是同一人"}
HELD_STATES = {"open": "待处理", "accepted": "已采纳", "refused": "未采纳", "undone": "已撤销合并"}
HELD_MEANS = {
    "conflict": "两名经办人员改了同一项，服务器上现在的内容没有变。请选用一个，没选上的留在变更记录里。",
    "proposal": "名册上的内容不能由外勤设备直接改。请对照依据的走访，决定是否采纳。",
    "removed": "经办人员离线时改了一条后来被移除的记录。采纳会恢复这条记录并写入修改。",
    "duplicate": "两条人员记录可能是同一个人，系统没有合并。是同一人就合并，不是就记下来，以后不再问。",
}
HELD_EMPTY = {
    "open": (
        "没有待处理的冲突和提议",
        "经办人员同步后，改到同一项的、提议更正的、可能重复的会列在这里，等得最久的排在最前。",
    ),
    "decided": ("还没有处理过", "处理过的会留在这里，可以随时查看是谁、为什么这样决定。"),
}
HELD_DONE = {
    "accepted": "已采纳。结果和理由会随下一次同步送到经办人员的设备上。",
    "refused": "已记下不采纳。提出的内容留在变更记录里，理由会送到经办人员的设备上。",
    "merged": "已合并为一人。另一条记录留在变更记录里，可以撤销。",
    "distinct": "已记下是两个人，以后不再问。",
    "undone": "已撤销合并，两条记录都已恢复。",
}
HELD_BARRED = {
    "permission.denied": "您的岗位可以查看，不能处理。",
    "permission.own_proposal": "这是您自己提出的，或者您参加了依据的走访。请由其他审核人员处理。",
}
OPERATIONS = {"create": "登记", "update": "修改", "deleted": "移除", "merged": "并入他人", "moved": "迁出"}

LEAD_EMPTY = {
    "filed": ("没有等待处理的线索", "村里的人报告困难后会列在这里，等得最久的排在最前。"),
    "dispatched": ("没有派出去的线索", "派了人、还没有办结的线索会列在这里。"),
    "closed": ("还没有办结的线索", "办结的线索和结果会留在这里。"),
}
LEAD_DONE = {
    "dispatched": "已派出。对方和报告人的设备下一次同步就能看到。",
    "closed": "已办结。结果会随下一次同步送到报告人的设备上。",
}
LEADS_HANDLED_BY = "派人和办结由乡镇审核、县级民政人员办理，您可以查看。"
EMPTY_OF_FORM = ("这一类没有走访", "收到后用同一版表单重新核对，结果不同的、没法核对的会列在这里。")
EMPTY = {
    "pending": (
        "没有待审的走访",
        "经办人员同步后，新的走访会出现在这里，等得最久的排在最前。现在可以看看已退回的有没有补正。",
    ),
    "returned": ("没有退回待补正的走访", "退回的走访在补正之前会留在这里；补正后自动回到待审。"),
    "approved": ("还没有通过的走访", "审核通过的走访会留在这里，可以随时查看。请从待审开始。"),
    "refused": ("没有不通过的走访", "审核不通过的走访会留在这里，可以随时查看。请从待审开始。"),
}
DONE = {
    "approved": "已通过。结论会随下一次同步送到经办人员的设备上。",
    "returned": "已退回补正。批注会随下一次同步进入经办人员的任务，其他内容原样保留。",
    "refused": "已作出不通过的结论，理由会随下一次同步送到经办人员的设备上。",
}
NEXT_STEPS = {
    400: "请返回上一页，刷新后再办。",
    403: "如果您认为应当有这个权限，请联系管理员核对岗位和辖区。",
    404: "可能地址有误，也可能这条记录不在您的辖区内。请从审核列表重新打开。",
    409: "情况已经变化，请从审核列表重新打开后再办。",
    412: "内容已有更新，请从审核列表重新打开后再办。",
    413: "提交的文字太长，请删减后再提交。",
    422: "请核对填写的内容后再提交。",
    429: "请稍等一会儿再试。",
    500: "请稍后再试；多次出现时，请把下面的编号告诉管理员。",
}
REVIEWERS_ONLY = "您的岗位可以查看这次走访，不能作出审核结论。"
OWN_VISIT = "您参加了这次走访。调查人员不能审核自己的走访，请由其他审核人员办理。"
NOTHING, WITHDRAWN = "未填写", "已撤回"
UNLISTED = "表单以外的记录"
SEPARATOR = "、"


def word(table: Mapping[str, str], code: Any) -> str:
    """Give the word of a code; an unknown one as it came, and nothing for none."""
    return table.get(str(code), str(code)) if code else ""
