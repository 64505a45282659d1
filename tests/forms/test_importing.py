import pytest

from forms import FormRefused, Group, Question
from forms.importing import define, import_workbook, read_sheets
from forms.problems import MESSAGES
from forms.workbook import Sheet, write_workbook
from tests.forms.sheets import PLACES, ask, begin, end, form_with_everything, make_form, make_sheet, make_sheets

FILE_CODES = {code for code in MESSAGES if code.startswith(("file.", "cell.", "sheet.too", "sheet.unsup"))}
"""These are provoked in test_workbook.py, where there are files."""

WARNINGS = {"photos.many", "appearance.idle"}

MEDIA_CODES = {"media.missing", "media.large", "media.type", "media.many"}
"""These are provoked in test_files.py, where there are pictures."""

A = ask("text", "a")


def deep(levels):
    return [*(begin("group", f"g{n}") for n in range(levels)), A, *[end("group")] * levels]


SURVEYS = {
    "column.unsupported": ([ask("text", "a", **{"bind::odk:tag": "a"})], 1, "bind::odk:tag"),
    "column.twice": ([{**A, "label::中文": "甲"}], 1, "label"),
    "type.missing": ([{"name": "a", "label": "a"}], 2, "type"),
    "type.unsupported": ([ask("blinking town", "a")], 2, "type"),
    "type.refused": ([ask("geotrace", "a")], 2, "type"),
    "name.missing": ([{"type": "text", "label": "a"}], 2, "name"),
    "name.bad": ([ask("text", "3 a")], 2, "name"),
    "name.twice": ([A, A], 3, "name"),
    "label.missing": ([ask("text", "a", label="")], 2, "label"),
    "group.unclosed": ([begin("group", "g"), A], 2, "type"),
    "group.unopened": ([A, end("repeat")], 3, "type"),
    "group.nested_repeat": ([*(begin("repeat", f"r{n}") for n in range(4)), A, *[end("repeat")] * 4], 5, "type"),
    "repeat_count.alone": ([ask("text", "a", repeat_count="2")], 2, "repeat_count"),
    "media.name": ([ask("text", "a", **{"media::image": "../x.jpg"})], 2, "media::image"),
    "parameters.alone": ([ask("text", "a", parameters="start=1")], 2, "parameters"),
    "parameters.bad": ([ask("range", "a", parameters="start=1 end=2 step=0")], 2, "parameters"),
    "group.empty": ([begin("group", "g"), end("group")], 2, "name"),
    "group.column": ([begin("group", "g", hint="提示"), A, end("group")], 2, "hint"),
    "group.too_deep": (deep(6), 7, "type"),
    "choices.missing": ([ask("select_one nowhere", "a")], 2, "type"),
    "choices.unnamed": ([ask("select_one", "a")], 2, "type"),
    "choices.other": ([ask("rank town or_other", "a")], 2, "type"),
    "choices.column": ([ask("text", "a", choice_filter="true()")], 2, "choice_filter"),
    "appearance.unsupported": ([ask("text", "a", appearance="blinking")], 2, "appearance"),
    "default.bad": ([ask("integer", "a", default="三")], 2, "default"),
    "calculation.missing": ([ask("calculate", "a")], 2, "calculation"),
    "calculation.type": ([ask("image", "a", calculation="1")], 2, "calculation"),
    "image.required": ([ask("image", "a", required="yes")], 2, "required"),
    "expression.syntax": ([ask("text", "a", constraint=". >")], 2, "constraint"),
    "expression.function": ([ask("text", "a", relevant="system('rm')")], 2, "relevant"),
    "expression.arguments": ([ask("text", "a", relevant="if(1, 2)")], 2, "relevant"),
    "expression.refused": ([ask("text", "a", calculation="random()")], 2, "calculation"),
    "expression.unsupported": ([ask("text", "a", relevant="//b = 1")], 2, "relevant"),
    "expression.path": ([ask("text", "a", relevant="../b = 1")], 2, "relevant"),
    "expression.indexed": ([ask("text", "a", relevant="indexed-repeat(${a}, ${a}, 1)")], 2, "relevant"),
    "expression.choice_name": ([ask("text", "a", relevant="jr:choice-name('x', '${a}')")], 2, "relevant"),
    "expression.facts": ([ask("text", "a", calculation="pulldata(${b}, 'c')"), ask("text", "b")], 2, "calculation"),
    "expression.source": ([ask("text", "a", calculation="pulldata('bank', 'balance')")], 2, "calculation"),
    "expression.reference": ([ask("text", "a", label="${b}")], 2, "label"),
    "expression.group": ([begin("group", "g"), A, end("group"), ask("text", "b", required="${g} = 1")], 5, "required"),
    "expression.own": ([ask("text", "a", relevant=". = 1")], 2, "relevant"),
    "expression.column": ([ask("select_one town", "a", choice_filter="province = 1")], 2, "choice_filter"),
    "expression.too_long": ([ask("text", "a", constraint="1+" * 900 + "1")], 2, "constraint"),
    "expression.pattern": ([ask("text", "a", constraint="regex(., '(a+)+')")], 2, "constraint"),
    "expressions.too_long": ([ask("calculate", f"c{n}", calculation="1" + "+1" * 700) for n in range(150)], 144, "calculation"),
    "expression.last_saved": ([ask("text", "a", default="${last-saved#a}")], 2, "default"),
    "expression.cycle": ([ask("calculate", "a", calculation="${a} + 1")], 2, "calculation"),
}  # fmt: skip

CHOICES = {
    "choice.list": ({"name": "a", "label": "甲"}, "list_name"),
    "choice.name": ({"list_name": "l", "name": "a b", "label": "甲"}, "name"),
    "choice.label": ({"list_name": "l", "name": "a"}, "label"),
}

SHEETS = {
    "sheet.missing": {"survey": Sheet()},
    "column.missing": {"survey": make_sheet([{"label": "a"}], ("type",))},
    "settings.missing": {"settings": make_sheet([{"form_id": "a"}], ("version",))},
    "settings.many": {"settings": make_sheet([{"form_id": "a", "version": "1"}] * 2)},
    "settings.style": {"settings": make_sheet([{"form_id": "a", "version": "1", "style": "grid"}])},
    "settings.photos": {"settings": make_sheet([{"form_id": "a", "version": "1", "compulsory_photos": "所有"}])},
    "form_id.bad": {"settings": make_sheet([{"form_id": "入户", "version": "1"}])},
}


def problems_of(sheets):
    with pytest.raises(FormRefused) as refused:
        define(sheets)
    return refused.value.problems


@pytest.mark.parametrize("code", SURVEYS)
def test_a_survey_row_that_is_not_supported_is_refused_with_its_cell(code):
    survey, row, column = SURVEYS[code]
    found = problems_of(make_sheets(survey, PLACES))
    assert (code, "survey", row, column) in [(one.code, one.sheet, one.row, one.column) for one in found]


@pytest.mark.parametrize("code", CHOICES)
def test_a_choice_that_is_not_complete_is_refused_with_its_cell(code):
    row, column = CHOICES[code]
    found = problems_of(make_sheets([A], [row]))
    assert [(one.code, one.sheet, one.row, one.column) for one in found] == [(code, "choices", 2, column)]


def test_a_choice_named_twice_is_refused():
    row = {"list_name": "l", "name": "a", "label": "甲"}
    (found,) = problems_of(make_sheets([A], [row, row]))
    assert (found.code, found.row) == ("choice.twice", 3)


@pytest.mark.parametrize("code", SHEETS)
def test_a_sheet_that_is_not_complete_is_refused(code):
    assert code in [one.code for one in problems_of({**make_sheets([A]), **SHEETS[code]})]


def test_every_problem_that_can_be_told_is_provoked_by_a_test():
    assert {*SURVEYS, *CHOICES, *SHEETS, "choice.twice", "problems.many"} == set(
        MESSAGES
    ) - FILE_CODES - WARNINGS - MEDIA_CODES


def test_several_problems_are_told_at_once_in_the_order_of_the_sheet():
    found = problems_of(
        make_sheets([ask("blinking", "a"), ask("text", "b", relevant="${c}"), ask("text", "d", hint="${e}")])
    )
    assert [(one.row, one.code) for one in found] == [
        (2, "type.unsupported"),
        (3, "expression.reference"),
        (4, "expression.reference"),
    ]


def test_a_form_full_of_problems_is_refused_without_telling_all_of_them():
    found = problems_of(make_sheets([ask("text", f"q{n}", label="${a}${b}" * 200) for n in range(2000)]))
    assert len(found) == 201
    assert found[-1].code == "problems.many"


def test_a_row_that_is_refused_does_not_make_references_to_it_wrong():
    found = problems_of(make_sheets([ask("blinking", "a"), ask("text", "b", relevant="${a} = 1")]))
    assert [one.code for one in found] == ["type.unsupported"]


def test_a_problem_reads_as_a_chinese_sentence_with_its_place():
    (found,) = problems_of(make_sheets([ask("text", "a", relevant="${b} = 1")]))
    assert str(found) == "survey 第 2 行 relevant:引用的“b”不存在。检查 ${} 里的名称,应与 name 列一致。"


def test_a_cycle_names_every_cell_of_it():
    survey = [ask("integer", "a", relevant="${b} > 1"), ask("calculate", "b", calculation="${a} + 1")]
    (found,) = problems_of(make_sheets(survey))
    assert found.message.endswith("第 2 行 a(relevant) → 第 3 行 b(calculation) → 第 2 行 a(relevant)")


def test_a_group_whose_condition_asks_within_it_is_a_cycle():
    survey = [begin("group", "g", relevant="${a} = 1"), A, end("group")]
    assert [one.code for one in problems_of(make_sheets(survey))] == ["expression.cycle"]


def test_a_constraint_may_name_its_own_question():
    assert make_form(ask("integer", "a", constraint="${a} > 1")).items[0].constraint == "${a} > 1"


def test_groups_become_a_tree():
    form = make_form(begin("group", "g"), begin("repeat", "r"), A, end("repeat"), end("group"), ask("text", "b"))
    inner = Group("r", "r", repeats=True, items=(Question("a", "text", label="a"),))
    assert form.items == (Group("g", "g", items=(inner,)), Question("b", "text", label="b"))


@pytest.mark.parametrize(
    "heading", ["label::中文", "label::中文 (zh)", "label :: Chinese (zh-CN)", "LABEL", "label::zh"]
)
def test_chinese_labels_are_found_under_their_usual_headings(heading):
    assert make_form({"type": "text", "name": "a", heading: "甲"}).items[0].label == "甲"


@pytest.mark.parametrize(
    ("cell", "expression"), [("yes", "true()"), ("TRUE", "true()"), ("no", ""), ("${a} = 1", "${a} = 1")]
)
def test_yes_and_no_in_the_required_column_are_understood(cell, expression):
    assert make_form(A, ask("text", "b", required=cell)).items[1].required == expression


def test_a_photo_may_be_compulsory_where_the_legal_basis_is_stated():
    assert make_form(ask("image", "a", required="yes"), legal_basis="某办法第三条").items[0].required == "true()"


def test_a_workbook_gives_the_same_definition_as_its_sheets():
    sheets = make_sheets([ask("select_one town", "a", choice_filter="county = 'nanxian'")], PLACES)
    assert import_workbook(write_workbook(sheets)) == define(sheets)


def test_or_other_adds_a_choice_and_a_question_and_leaves_the_list_alone():
    form = make_form(ask("select_one town or_other", "a"), ask("select_one town", "b"), choices=PLACES)
    first, other, second = form.items
    assert (first.choices, second.choices) == ("town_or_other", "town")
    assert [choice.label for choice in form.choice_lists["town_or_other"]] == ["琼湖", "草尾", "南洲", "其他"]
    assert (other.name, other.type, other.relevant) == ("a_other", "text", "selected(${a}, 'other')")


def test_a_disabled_row_is_as_if_it_were_not_there():
    assert make_form(A, ask("blinking", "b", disabled="yes")).items == (Question("a", "text", label="a"),)


@pytest.mark.parametrize(
    ("type", "name"), [("select one from town", "select_one"), ("dateTime", "datetime"), ("trigger", "acknowledge")]
)
def test_other_names_of_types_are_understood(type, name):
    assert make_form(ask(type, "a"), choices=PLACES).items[0].type == name


def test_other_names_of_columns_are_understood():
    form = make_form(A, ask("text", "b", relevance="${a} = 1", read_only="yes"))
    assert (form.items[1].relevant, form.items[1].readonly) == ("${a} = 1", "true()")


def test_a_column_that_is_not_supported_may_stand_empty():
    assert make_form({**A, "bind::odk:tag": ""}).items


def test_translations_media_and_choices_are_kept_by_language():
    form = make_form(
        ask("select_one l", "a", **{"label::English (en)": "A", "media::image": "a.png", "media::image::English (en)": "b.png"}),
        choices=[{"list_name": "l", "name": "x", "label": "甲", "label::English (en)": "X"}],
    )  # fmt: skip
    question, choice = form.items[0], form.choice_lists["l"][0]
    assert question.media == (("image", "a.png"),)
    assert question.translations == (("English (en)", (("label", "A"), ("media::image", "b.png"))),)
    assert (choice.label, choice.translations) == ("甲", (("English (en)", (("label", "X"),)),))
    assert form.languages == ("English (en)",)


def test_a_form_without_chinese_is_in_its_default_language():
    row = {"type": "text", "name": "a", "label::French (fr)": "nom", "label::English (en)": "name"}
    form = make_form(row, default_language="English (en)")
    assert (form.items[0].label, form.language, form.languages) == ("name", "English (en)", ("French (fr)",))


def test_a_label_without_language_beside_a_chinese_one_is_in_the_default_language():
    row = {"type": "text", "name": "a", "label": "name", "label::中文 (zh)": "姓名"}
    form = make_form(row, default_language="English (en)")
    assert (form.items[0].label, form.languages) == ("姓名", ("English (en)",))


def test_a_column_of_the_authors_own_keeps_its_letters():
    choices = [{**place, "County": place.get("county", "x")} for place in PLACES if place["list_name"] == "town"]
    form = make_form(ask("select_one town", "a", choice_filter="County = 'nanxian'"), choices=choices)
    assert ("County", "nanxian") in form.choice_lists["town"][2].columns


def test_a_reference_in_a_translation_is_checked_too():
    (found,) = problems_of(make_sheets([ask("text", "a", **{"label::English (en)": "${b}"})]))
    assert (found.code, found.column) == ("expression.reference", "label::English (en)")


def test_more_compulsory_photos_than_the_basis_allows_are_a_warning():
    photos = [ask(kind, name, required="yes") for kind, name in (("image", "a"), ("audio", "b"), ("file", "c"))]
    sign = ask("image", "d", required="yes", appearance="signature")
    for allowed, rows in (("", [2, 3, 4]), ("1", [3, 4]), ("3", [])):
        read = read_sheets(make_sheets([*photos, sign], legal_basis="某办法第三条", compulsory_photos=allowed))
        assert [(one.code, one.row, one.column) for one in read.warnings] == [
            ("photos.many", row, "required") for row in rows
        ]


def test_an_appearance_that_does_nothing_is_a_warning():
    (warning,) = read_sheets(make_sheets([ask("text", "a", appearance="w4 multiline")])).warnings
    assert (warning.code, warning.row, warning.column) == ("appearance.idle", 2, "appearance")


def test_importing_again_gives_the_same_hash():
    assert form_with_everything().hash == form_with_everything().hash
