from dataclasses import replace

import pytest
from hypothesis import given, settings

from forms.comparing import compare
from tests.forms.generated import forms
from tests.forms.sheets import PLACES, ask, begin, end, make_form

A, B = ask("text", "a", label="姓名"), ask("integer", "b", label="年龄")


def said(old, new):
    return [str(one) for one in compare(old, new)]


@pytest.mark.parametrize(
    ("old", "new", "sentences"),
    [
        ([A], [A, B], ["新增题目“年龄”"]),
        ([A, B], [A], ["删除题目“年龄”"]),
        ([A], [{**A, "label": "全名"}], ["题目“全名”的文字:姓名 → 全名"]),
        ([A], [{**A, "type": "integer"}], ["题目“姓名”的题型:text → integer"]),
        ([B], [{**B, "constraint": ". > 0"}], ["题目“年龄”的取值要求:(空) → . > 0"]),
        ([A], [{**A, "label::English (en)": "Name"}], ["题目“姓名”的文字(English (en)):(空) → Name"]),
        ([A], [{**A, "media::image": "a.png"}], ["题目“姓名”的图片:(空) → a.png"]),
        ([A, B], [B, A], ["移动题目“年龄”:“姓名”之后 → 表单开头"]),
        (
            [begin("group", "g", label="家庭"), A, end("group"), B],
            [begin("group", "g", label="家庭"), B, end("group"), A],
            ["移动题目“年龄”:“家庭”之后 → “家庭”开头", "移动题目“姓名”:“家庭”开头 → “家庭”之后"],
        ),
        (
            [begin("group", "g", label="家庭"), A, end("group")],
            [begin("repeat", "g", label="家庭"), A, end("repeat")],
            ["重复组“家庭”的题型:分组 → 重复组", "移动题目“姓名”:“家庭”开头 → “家庭”开头"],
        ),
    ],
)  # fmt: skip
def test_a_change_is_told_in_plain_words(old, new, sentences):
    assert said(make_form(*old), make_form(*new)) == sentences


def test_changes_of_choices_are_told():
    question = ask("select_one town", "t")
    fewer = [*PLACES[:2], {**PLACES[2], "label": "琼湖镇"}, *PLACES[4:], {**PLACES[3], "name": "new", "label": "新湾"}]
    old, new = make_form(question, choices=PLACES), make_form(question, choices=fewer)
    assert said(old, new) == ["选项“琼湖镇”的文字:琼湖 → 琼湖镇", "新增选项“新湾”", "删除选项“草尾”"]


def test_changes_of_settings_are_told():
    old = make_form(A)
    assert said(old, replace(old, title="新表", version="2", style="pages")) == [
        "设置“新表”的表单名称:样表 → 新表",
        "设置“新表”的页面样式:(空) → pages",
    ]


def test_what_may_make_answers_unfit_is_marked():
    old, new = make_form(A, B), make_form({**A, "type": "date", "hint": "全名"})
    assert [(one.column, one.affects_answers) for one in compare(old, new)] == [
        ("type", True),
        ("hint", False),
        ("", True),
    ]


@given(forms(), forms())
@settings(max_examples=60)
def test_forms_without_differences_are_equal_but_for_their_version(old, new):
    assert compare(old, replace(old, version="2")) == ()
    assert (compare(old, new) == ()) is (old == new)
