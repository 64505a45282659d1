"""The form's pages without any script: what a browser of few words can do, from offers to repeats, files and versions."""

import re
from collections.abc import Callable
from io import BytesIO
from urllib.parse import unquote

import pytest

from field_client import drafts, visits
from tests.field_client.conftest import HOUSEHOLD, NAME, Phone, put_form
from tests.field_client.test_forms import KNOWING, newer
from tests.field_client.web.conftest import Visitor
from tests.field_client.web.everything import everything

Draw = Callable[..., bytes]


def begun(phone: Phone, form: object) -> str:
    phone.running.start()
    put_form(phone.office, form)  # type: ignore[arg-type]
    phone.sync()
    phone.running.stop()
    return visits.start(phone.store, phone.clock, phone.device, HOUSEHOLD, form_id=form.form_id).id  # type: ignore[attr-defined]


def answers(phone: Phone, visit: str) -> dict[str, object]:
    return dict(drafts.get(phone.store, visit).document["answers"])


def test_what_is_known_stands_beside_the_question_until_it_is_confirmed(visitor: Visitor, synced: Phone) -> None:
    visit = begun(synced, KNOWING)
    section = f"/visits/{visit}/sections/home"
    page = visitor.get(section)
    assert re.search(r"名册（2026年7月1日）：<b>" + NAME, page)
    assert f'value="{NAME}"' not in page
    visitor.send(section, keep="home/head", **{"home/note": "在家"})
    assert answers(synced, visit) == {"home/head": NAME, "home/note": "在家"}
    assert "已沿用" in visitor.get(section)


def test_unchanged_confirms_a_whole_section(visitor: Visitor, synced: Phone) -> None:
    visit = begun(synced, KNOWING)
    visitor.send(f"/visits/{visit}/sections/home", go="keep")
    assert answers(synced, visit) == {"home/head": NAME}


def test_instances_are_added_and_taken_out_with_buttons_alone(visitor: Visitor, synced: Phone) -> None:
    visit = begun(synced, everything())
    address = f"/visits/{visit}/repeats/members"
    assert unquote(visitor.send(address, deed="add")).endswith("/sections/members[1]")
    visitor.send(f"/visits/{visit}/sections/members[1]", **{"members[1]/member": "周桂珍"})
    nested = visitor.send(f"/visits/{visit}/repeats/members[1]/jobs", deed="add")
    assert unquote(nested).endswith("/sections/members[1]/jobs[1]")
    visitor.send(address, deed="remove", number="1")
    assert "撤销" in visitor.get(f"/visits/{visit}/sections/members")
    visitor.send(address, deed="undo")
    assert answers(synced, visit)["members[1]/member"] == "周桂珍"


def test_a_number_that_the_form_computes_has_no_buttons(visitor: Visitor, synced: Phone) -> None:
    from tests.forms.sheets import ask, begin, end, make_form

    rows = (
        ask("integer", "people"),
        begin("repeat", "rooms", repeat_count="${people}"),
        ask("text", "room"),
        end("repeat"),
    )
    visit = begun(synced, make_form(*rows, form_id="counted"))
    visitor.send(f"/visits/{visit}/sections/~people", people="2")
    page = visitor.get(f"/visits/{visit}/sections/rooms")
    assert "共 2 项" in page and "添加一项" not in page and "删除" not in page
    assert visitor.post(f"/visits/{visit}/repeats/rooms", deed="add").status_code >= 300


def test_a_file_is_brought_on_the_page_of_its_question(visitor: Visitor, synced: Phone, picture: Draw) -> None:
    visit = begun(synced, everything())
    page = f"/visits/{visit}/attachments?question=when/photo"
    back = visitor.send(page, camera=(BytesIO(picture()), "a.jpg"))
    assert "/sections/when" in back and "#q-when" in back
    sha256 = answers(synced, visit)["when/photo"]
    assert str(sha256) in visitor.get(f"/visits/{visit}/sections/when")
    visitor.send(page, remove="yes")
    assert "when/photo" not in answers(synced, visit)


def test_a_paper_is_handed_over_and_never_shown_as_a_page(visitor: Visitor, synced: Phone) -> None:
    visit = begun(synced, everything())
    content = b"<script>alert(1)</script>"
    visitor.send(f"/visits/{visit}/attachments?question=when/paper", album=(BytesIO(content), "a.html"))
    given = visitor.client.get(f"/media/{answers(synced, visit)['when/paper']}")
    assert given.data == content
    assert given.headers["Content-Disposition"] == "attachment"
    assert "打开" in visitor.get(f"/visits/{visit}/photos")


@pytest.mark.parametrize("question", ["home/story", "nowhere", ""])
def test_a_question_that_takes_no_file_has_no_such_page(visitor: Visitor, synced: Phone, question: str) -> None:
    visit = begun(synced, everything())
    assert visitor.client.get(f"/visits/{visit}/attachments?question={question}").status_code == 404


def test_one_question_a_page_goes_from_question_to_question_and_section(visitor: Visitor, synced: Phone) -> None:
    visit = begun(synced, everything(style="pages"))
    page = f"/visits/{visit}/sections/home"
    seen = []
    for _ in range(30):
        asked = re.findall(r'data-path="([^"]+)"', visitor.get(page))
        seen += asked
        assert len(asked) <= 1
        if "/sections/when" in page:
            break
        page = visitor.send(page, go="next", page=re.search(r"page=([0-9]+)", page + "?page=0")[1])  # type: ignore[index]
    assert seen[:3] == ["home/story", "home/remarks", "home/id_number"]
    assert "home/why_not" not in seen and "home/town" not in seen
    assert seen[-1] == "when/since"


def test_a_newer_version_is_shown_before_the_draft_is_moved(visitor: Visitor, synced: Phone) -> None:
    visit = begun(synced, KNOWING)
    visits.answer(synced.store, synced.clock, visit, {"home/people": "3"})
    synced.running.start()
    newer(synced)
    synced.running.stop()
    assert "新版本 2" in visitor.get(f"/visits/{visit}")
    shown = visitor.get(f"/visits/{visit}/version")
    assert "不能带过去的回答" in shown and "新题" in shown
    assert drafts.get(synced.store, visit).document["form"]["version"] == "1"
    visitor.send(f"/visits/{visit}/version", version="2")
    assert "换版本时没有带过来的回答" in visitor.get(f"/visits/{visit}")


def test_a_form_is_chosen_on_the_household_s_page_beside_the_visit(visitor: Visitor, synced: Phone) -> None:
    visit = begun(synced, KNOWING)
    page = visitor.get(f"/households/{HOUSEHOLD}")
    assert "填写指定的表" in page
    other = visitor.send(f"/households/{HOUSEHOLD}/visits", form="short_visit")
    assert visit not in other
    assert visitor.send(f"/households/{HOUSEHOLD}/visits", form="knowing").endswith(visit)


def test_a_field_list_stands_on_one_page_where_a_page_asks_one_question(visitor: Visitor, synced: Phone) -> None:
    from tests.forms.sheets import ask, begin, end, make_form

    rows = (
        begin("group", "home"),
        ask("text", "first"),
        begin("group", "together", appearance="field-list"),
        ask("text", "second"),
        begin("group", "deeper"),
        ask("text", "third"),
        end("group"),
        end("group"),
        ask("text", "fourth"),
        end("group"),
    )
    visit = begun(synced, make_form(*rows, form_id="listed", style="pages"))
    pages = [visitor.get(f"/visits/{visit}/sections/home?page={page}") for page in range(3)]
    asked = [re.findall(r'data-path="home/(?:\w+/)*(\w+)"', page) for page in pages]
    assert asked == [["first"], ["second", "third"], ["fourth"]]
