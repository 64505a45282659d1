"""The page of what the office held: plain words, both values, the decision with its reason, and nothing that runs."""

from tests.field_client.conftest import Phone
from tests.field_client.test_conflicts import hold, propose
from tests.field_client.web.conftest import Visitor

SCRIPT = "<script>alert(1)</script>"


def test_an_empty_page_says_what_comes_here(visitor: Visitor) -> None:
    assert "没有等待决定的修改" in visitor.get("/conflicts")
    assert "/conflicts" not in visitor.get("/sync")


def test_a_conflict_and_a_decision_are_shown_side_by_side(visitor: Visitor, synced: Phone) -> None:
    synced.running.start()
    n = propose(synced)
    hold(synced, n)
    values = {"original": "male", "current": "male", "offered": "female"}
    hold(synced, 900, field="sex", kind="conflict", state="refused", values=values, reason=SCRIPT, decided_by="审核员")
    synced.running.stop()
    page = visitor.get("/conflicts")
    for words in ("欧阳桂枝", "原来", "我改的", "别人改的", "等审核人员决定", "未采纳", "女", "审核员", "姓名", "性别"):
        assert words in page
    assert SCRIPT not in page
    assert "&lt;script&gt;" in page
    assert "等办公室决定 1 条，已处理 1 条" in visitor.get("/sync")
