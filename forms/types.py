"""The question types that a form may use, the other names that XLSForms have for them, and those that are refused."""

from __future__ import annotations

TYPES = (
    "text",
    "integer",
    "decimal",
    "range",
    "date",
    "time",
    "datetime",
    "select_one",
    "select_multiple",
    "rank",
    "note",
    "calculate",
    "hidden",
    "acknowledge",
    "image",
    "audio",
    "file",
    "barcode",
    "geopoint",
)
"""Every question type that is supported; a signature is an image of that appearance."""

OTHER_NAMES = {
    **dict.fromkeys(("string", "q string", "add text prompt"), "text"),
    **dict.fromkeys(("int", "q int", "add integer prompt"), "integer"),
    **dict.fromkeys(("q decimal", "add decimal prompt"), "decimal"),
    **dict.fromkeys(("q date", "add date prompt"), "date"),
    **dict.fromkeys(
        ("dateTime", "date time", "q dateTime", "q date time", "add dateTime prompt", "add date time prompt"),
        "datetime",
    ),
    **dict.fromkeys(
        ("select one", "select one from", "select1", "q select1", "add select one prompt using", "select one using"),
        "select_one",
    ),
    **dict.fromkeys(
        (
            *("select multiple", "select all that apply", "select all that apply from", "select multiple from"),
            *("q select", "add select multiple prompt using", "select multiple using"),
        ),
        "select_multiple",
    ),
    **dict.fromkeys(("q note", "add note prompt"), "note"),
    **dict.fromkeys(("q calculate", "add calculate prompt"), "calculate"),
    **dict.fromkeys(("trigger", "q acknowledge", "add acknowledge prompt"), "acknowledge"),
    **dict.fromkeys(("photo", "q picture", "q image", "add image prompt", "add photo prompt"), "image"),
    **dict.fromkeys(("q audio", "add audio prompt"), "audio"),
    **dict.fromkeys(("add file prompt",), "file"),
    **dict.fromkeys(("q barcode", "add barcode prompt"), "barcode"),
    **dict.fromkeys(("location", "gps", "q geopoint", "q location", "add location prompt"), "geopoint"),
}
"""Other names for the types, as pyxform's table of question types has them."""

_DEVICE = "不读取设备和手机卡的信息;删去这一行"
_VISIT = "走访记录自己会记下开始、结束时间和日期;删去这一行,需要日期时用 calculate 写 today()"
_PERSON = "登录的工作人员由走访记录记下;删去这一行"
_TRACK = "不采集行踪(国办函〔2026〕12号);需要地点时用 geopoint"
_LIST = "选项要写在 choices 工作表里,改用 select_one 或 select_multiple"

ADVICE = {
    **dict.fromkeys(("start", "end", "today", "start time", "end time", "get start time", "get end time"), _VISIT),
    "get today": _VISIT,
    **dict.fromkeys(("deviceid", "device id", "get device id", "imei", "simserial", "sim id", "get sim id"), _DEVICE),
    **dict.fromkeys(("subscriberid", "subscriber id", "get subscriber id", "phonenumber", "phone number"), _DEVICE),
    **dict.fromkeys(("get phone number", "uri:deviceid", "uri:simserial", "uri:subscriberid"), _DEVICE),
    "uri:phonenumber": _DEVICE,
    **dict.fromkeys(("username", "uri:username", "email", "uri:email"), _PERSON),
    **dict.fromkeys(("geotrace", "geoshape", "q geotrace", "q geoshape", "start-geopoint"), _TRACK),
    **dict.fromkeys(("background-geopoint", "audit"), _TRACK),
    "background-audio": "不在背后录音;需要录音时用 audio,由入户人员征得同意后录",
    **dict.fromkeys(("video", "q video", "add video prompt"), "视频太大,山里传不出去;用 image 或 audio"),
    **dict.fromkeys(("select_one_from_file", "select_multiple_from_file", "select_one_external"), _LIST),
    **dict.fromkeys(("select one from file", "select multiple from file", "select one external"), _LIST),
    **dict.fromkeys(("csv-external", "xml-external"), "查登记信息用 pulldata('household', '字段')"),
}
"""What to do instead of a type that is refused."""


def kind_of(cell: str) -> tuple[str, list[str]]:
    """Return the type that a cell names, in our words, and the words behind it.

    >>> kind_of("select one from yes_no or_other"), kind_of("dateTime")
    (('select_one', ['yes_no', 'or_other']), ('datetime', []))
    """
    words = cell.split()
    for count in range(len(words), 0, -1):
        name = " ".join(words[:count])
        if name in TYPES or name in OTHER_NAMES or name in ADVICE:
            return OTHER_NAMES.get(name, name), words[count:]
    return " ".join(words[:1]), words[1:]
