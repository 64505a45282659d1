import pytest

from forms.display import display
from tests.forms.sheets import PLACES, ask, make_form


@pytest.mark.parametrize(
    ("kind", "appearance", "answer", "shown"),
    [
        ("text", "", "字", "字"),
        ("text", "", None, ""),
        ("integer", "people", 3, "3 人"),
        ("integer", "", 0, "0"),
        ("decimal", "yuan", "5.00", "5.00 元"),
        ("date", "", "2026-07-01", "2026年7月1日"),
        ("date", "", "何时", "何时"),
        ("time", "", "08:30", "08:30"),
        ("datetime", "", "2026-07-01T08:05", "2026年7月1日 08:05"),
        ("datetime", "", "何时", "何时"),
        ("rank town", "", ["nanzhou", "caowei"], "1. 南洲、2. 草尾"),
        ("range", "", 7, "7"),
        ("audio", "", "a1", "已录音"),
        ("file", "", "f1", "已附文件"),
        ("barcode", "", "690", "690"),
        ("select_one town", "", "caowei", "草尾"),
        ("select_multiple town", "", ["caowei", "nanzhou"], "草尾、南洲"),
        ("select_one town", "", "gone", "gone"),
        ("acknowledge", "", "OK", "已确认"),
        ("image", "", "p1", "已拍照"),
        ("image", "signature", "p1", "已签名"),
        ("geopoint", "", "28.8 112.3 0 15", "纬度 28.8,经度 112.3(误差约 15 米)"),
        ("geopoint", "", "28.8 112.3", "纬度 28.8,经度 112.3"),
        ("geopoint", "", "x", "x"),
        ("integer", "people allow-unknown", "__unknown__", "不清楚"),
        ("integer", "allow-refused", "__refused__", "拒答"),
    ],
)  # fmt: skip
def test_an_answer_reads_as_a_reviewer_expects(kind, appearance, answer, shown):
    form = make_form(ask(kind, "a", appearance=appearance), choices=PLACES)
    assert display(form, form.items[0], answer) == shown
