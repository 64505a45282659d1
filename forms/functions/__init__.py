"""The functions a form may call: one table, `FUNCTIONS`. Whatever is not in it is refused when a form is imported.

They follow XPath 1.0 and the ODK XForms specification (https://getodk.github.io/xforms-spec/), over `values`.
"""

from __future__ import annotations

from forms.functions.choices import CHOICES
from forms.functions.dates import DATES
from forms.functions.digests import DIGESTS
from forms.functions.function import Functions
from forms.functions.geography import GEOGRAPHY
from forms.functions.lookups import LOOKUPS
from forms.functions.numbers import NUMBERS
from forms.functions.patterns import PATTERNS, pattern_fault
from forms.functions.repeats import REPEATS
from forms.functions.text import TEXT
from forms.functions.trigonometry import TRIGONOMETRY

_SUBJECTS = (CHOICES, DATES, DIGESTS, GEOGRAPHY, LOOKUPS, NUMBERS, PATTERNS, REPEATS, TEXT, TRIGONOMETRY)
FUNCTIONS: Functions = dict(sorted((name, function) for subject in _SUBJECTS for name, function in subject.items()))

REFUSED: dict[str, str] = {
    "random": "随机数在设备和办公室会不一样,无法复核",
    "randomize": "随机顺序在设备和办公室会不一样,无法复核",
    "instance": "查外部数据请用 pulldata('household', '字段')",
    "current": "只能写成 current()/../题目名称",
    "property": "不读取设备信息",
    "base64-decode": "没有用处",
    "extract-signed": "不读取签名的二维码内容",
    "geofence": "不支持多边形题型",
    "intersects": "不支持多边形题型",
    "version": "表单的版本由走访记录记下",
    "last": "请用 count(${重复组})",
    "id": "表单里没有编号属性",
    "lang": "文字不分语言参与计算",
    "name": "题目名称不参与计算",
    "local-name": "题目名称不参与计算",
    "namespace-uri": "题目名称不参与计算",
}
"""Functions that other programs have and a form of ours cannot, each with the reason."""

__all__ = ["FUNCTIONS", "REFUSED", "pattern_fault"]
