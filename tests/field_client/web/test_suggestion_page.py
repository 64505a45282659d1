"""政策测算 on a page: reasons with clauses, what is missing by name, and nothing kept."""

from tests.field_client.conftest import HEAD, HOUSEHOLD, VILLAGE, Phone
from tests.field_client.web.conftest import Visitor

PAGE = f"/households/{HOUSEHOLD}/suggestion"


def test_without_the_regions_standard_it_says_what_is_missing(visitor: Visitor) -> None:
    text = visitor.post(PAGE, area="rural", property_ok="yes", wage="0").text
    assert "最低生活保障标准" in text and "还缺" in text
    assert "不是决定" in text


def test_with_the_standard_it_gives_amount_reasons_and_clause(visitor: Visitor) -> None:
    text = visitor.post(PAGE, area="rural", property_ok="yes", wage="300", standard="500").text
    assert "可能符合" in text and "每月约 <b>700.00</b> 元" in text
    assert "第九条" in text
    assert "人均月收入 150.00 元" in text


def test_a_wrong_amount_is_told_and_what_was_typed_stays(visitor: Visitor) -> None:
    response = visitor.post(PAGE, wage="三百", standard="500")
    assert response.status_code == 422
    assert "有一项填得不对" in response.text and 'value="三百"' in response.text


def test_nothing_that_was_typed_is_kept(visitor: Visitor, synced: Phone) -> None:
    def rows() -> list[object]:
        tables = ("records", "outbox", "drafts", "meta")
        return [synced.store.rows(f"SELECT * FROM {table}") for table in tables]

    visitor.get(PAGE)
    before = rows()
    visitor.post(PAGE, area="rural", property_ok="yes", wage="12345", standard="500", without_obligors=HEAD)
    assert rows() == before


def test_a_household_without_members_is_told(visitor: Visitor, synced: Phone) -> None:
    synced.running.start()
    synced.office.put(VILLAGE, "household", "household-9", area_code=VILLAGE, address="四组")
    synced.sync()
    synced.running.stop()
    assert "没有成员记录" in visitor.post("/households/household-9/suggestion", wage="1").text
