"""Every sentence and word of a filled-in form that users read: findings, refusals, special answers, units."""

from __future__ import annotations

MISSING = "请回答这道题"
INVALID = "这个答案不符合要求"
UNKNOWN_PATH = "表单里没有这道题"
CALCULATION_DIFFERS = "计算结果与其他答案不一致"
NOT_OFFERED = "所选的选项在当前情况下不可选"
NOT_RANKED = "请把每个选项都排进顺序"
NOT_IN_RANGE = "应在 {start} 到 {end} 之间,每 {step} 一档"
QUESTION_GONE = "新版表单里没有这道题了"
REPEAT_CHANGED = "新版表单里这道题换到了别的重复组"
COUNT_COMPUTED = "数量由系统计算,不用填写"
NOT_ALLOWED = "这道题不能回答“{answer}”"
COMPUTED = "这道题由系统计算,不用填写"
ID_NUMBER = "身份证号码应为 18 位,且出生日期和校验码正确,请逐位核对"
INSTANCES = "数量应为 0 到 {limit} 的整数"

SHAPE: dict[str, str] = {
    "text": "应为文字,不超过 2000 字",
    "hidden": "应为文字,不超过 2000 字",
    "integer": "应为整数,例如 3",
    "decimal": "应为数字,例如 1200 或 1200.50",
    "date": "应为日期,例如 2026-07-01",
    "time": "应为时间,例如 08:30",
    "select_one": "应为选项之一:{choices}",
    "select_multiple": "应为这些选项中的一个或几个:{choices}",
    "acknowledge": "应为“是”,表示已确认",
    "datetime": "应为日期和时间,例如 2026-07-01 08:30",
    "rank": "应为全部选项的顺序,例如 {choices}",
    "range": "应为数字",
    "barcode": "应为文字,不超过 2000 字",
    "image": "应为照片编号",
    "audio": "应为录音编号",
    "file": "应为文件编号",
    "geopoint": "应为“纬度 经度 [海拔 精度]”,例如 28.8442 112.3546 0 15",
    "note": "这一行只是说明,不用回答",
}
"""What an answer of a type must look like."""

UNKNOWN, REFUSED = "__unknown__", "__refused__"
"""Stored in place of an answer: the household does not know, or does not want to tell."""

SPECIAL: dict[str, tuple[str, str]] = {UNKNOWN: ("allow-unknown", "不清楚"), REFUSED: ("allow-refused", "拒答")}
"""The special answers: the appearance that allows each, and the word for it."""

ACKNOWLEDGED = "OK"
CONFIRMED = "已确认"
YES_WORDS = frozenset({"ok", "yes", "true", "1", "是", "确认", "已确认"})
PHOTO, SIGNATURE = "已拍照", "已签名"
RECORDING, ATTACHMENT = "已录音", "已附文件"
PLACE = "纬度 {latitude},经度 {longitude}"
ACCURACY = "(误差约 {metres} 米)"
DAY = "{year}年{month}月{day}日"
MOMENT = "{year}年{month}月{day}日 {hour:02}:{minute:02}"
RANKED = "{number}. {label}"
OTHER_CHOICE, OTHER_QUESTION = "其他", "请说明“其他”的具体内容"
SEPARATOR = "、"
INSTANCE = "{label}({number})"
INSIDE = "{outer} · {label}"

UNITS: dict[str, str] = {
    "yuan-per-month": "元/月",
    "yuan-per-year": "元/年",
    "yuan": "元",
    "square-metres": "平方米",
    "people": "人",
    "rooms": "间",
    "mu": "亩",
    "years": "岁",
    "months": "个月",
}
"""What stands behind a number, by appearance."""

SIGNATURE_LOOK, ID_NUMBER_LOOK = "signature", "id-number"
FIELD_LIST = "field-list"  # of a group: its questions stand on one page where a page asks one

APPEARANCES: tuple[str, ...] = (
    SIGNATURE_LOOK,
    ID_NUMBER_LOOK,
    "minimal",
    "multiline",
    "numbers",
    "quick",
    "autocomplete",
    "columns",
    FIELD_LIST,
    "horizontal",
    "likert",
    "list-nolabel",
    "month-year",
    "year",
    "new",
    "picker",
    "rating",
    "masked",
    *(look for look, _ in SPECIAL.values()),
    *UNITS,
)
"""Every appearance that a page may heed."""

LOOKS_WITHOUT_EFFECT = frozenset(
    {
        *(f"w{width}" for width in range(1, 13)),
        *(f"columns-{count}" for count in range(1, 11)),
        *("columns-pack", "compact", "horizontal-compact", "label", "search", "table-list", "no-calendar"),
        *("annotate", "bearing", "counter", "draw", "hide-input", "map", "maps", "new-front", "no-buttons"),
        *("no-ticks", "placement-map", "thousands-sep", "url", "vertical"),
        *(f"compact-{count}" for count in range(1, 11)),
        *(f"quickcompact-{count}" for count in range(1, 11)),
        "quickcompact",
    }
)
"""Appearances that other programs have; a form may keep them, our pages show the question as they always do."""
