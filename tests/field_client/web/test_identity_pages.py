"""The identity step over HTTP: whose consent, one burst for one question, nothing on a disk, taking it back."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask import request

from field_client import drafts, kept_faces
from tests.field_client.conftest import HEAD, SON, Phone
from tests.field_client.web.conftest import Visitor
from tests.field_client.web.test_pages import begin

Draw = Callable[..., bytes]
LARGE_BYTES = 3 << 20  # of which werkzeug would make a file in the temporary folder


@pytest.fixture
def visit(visitor: Visitor) -> str:
    return begin(visitor)


def entries(phone: Phone, visit: str) -> list[dict[str, Any]]:
    return list(drafts.get(phone.store, visit).document["identity"])


def nonce_of(visitor: Visitor, visit: str) -> str:
    return visitor.get(f"/visits/{visit}/identity/{HEAD}/face").split('name="nonce" value="')[1].split('"')[0]


def shoot(visitor: Visitor, visit: str, draw: Draw, nonce: str, frames: int = 8) -> None:
    """Send a card and a burst, as the page does."""
    times = ",".join(str(400 * number) for number in range(frames))
    files = [(BytesIO(draw(seed=number, size=(160, 120))), f"{number}.jpg") for number in range(frames)]
    card = (BytesIO(draw(seed=90, size=(160, 120))), "card.jpg")
    visitor.send(f"/visits/{visit}/identity/{HEAD}/face", reference=card, frame=files, times=times, nonce=nonce)


def test_a_childs_notice_asks_for_the_guardian_and_takes_no_consent_without(
    visitor: Visitor, synced: Phone, visit: str
) -> None:
    assert "监护人姓名" in visitor.get(f"/visits/{visit}/identity/{SON}/face")
    assert "监护人姓名" not in visitor.get(f"/visits/{visit}/identity/{HEAD}/face")
    visitor.send(f"/visits/{visit}/identity/{SON}/consent", answer="granted", guardian=" ", relation="")
    assert "监护人" in visitor.said()
    assert "data-camera" not in visitor.get(f"/visits/{visit}/identity/{SON}/face")
    visitor.send(f"/visits/{visit}/identity/{SON}/consent", answer="granted", guardian="欧阳桂芝", relation="祖母")
    assert "data-camera" in visitor.get(f"/visits/{visit}/identity/{SON}/face")


def test_declining_for_a_child_needs_no_name(visitor: Visitor, synced: Phone, visit: str) -> None:
    visitor.send(f"/visits/{visit}/identity/{SON}/consent", answer="declined", guardian="", relation="")
    assert [entry["outcome"] for entry in entries(synced, visit)] == ["declined"]


def test_no_name_of_a_guardian_is_in_a_cookie(visitor: Visitor, visit: str) -> None:
    visitor.send(f"/visits/{visit}/identity/{SON}/consent", answer="granted", guardian="Ouyang", relation="x")
    with visitor.client.session_transaction() as session:
        assert "Ouyang" not in repr(dict(session))


def test_a_burst_answers_one_question_once(visitor: Visitor, synced: Phone, visit: str, picture: Draw) -> None:
    visitor.send(f"/visits/{visit}/identity/{HEAD}/consent", answer="granted")
    nonce = nonce_of(visitor, visit)
    shoot(visitor, visit, picture, nonce)
    (entry,) = entries(synced, visit)
    assert (entry["outcome"], entry["liveness"]) == ("not_possible", "not_possible")
    shoot(visitor, visit, picture, nonce)
    assert "已失效" in visitor.said()
    shoot(visitor, visit, picture, "made-up")
    assert len(entries(synced, visit)) == 1


def test_each_page_draws_anew(visitor: Visitor, visit: str) -> None:
    visitor.send(f"/visits/{visit}/identity/{HEAD}/consent", answer="granted")
    nonces = {nonce_of(visitor, visit) for _ in range(4)}
    assert len(nonces) == 4


def test_a_large_upload_stays_in_memory(visitor: Visitor) -> None:
    head = b'--X\r\nContent-Disposition: form-data; name="live"; filename="a.jpg"\r\n\r\n'
    body = head + bytes(LARGE_BYTES) + b"\r\n--X--\r\n"
    sent = {
        "input_stream": BytesIO(body),
        "content_length": len(body),
        "content_type": "multipart/form-data; boundary=X",
    }
    with visitor.app.test_request_context("/", method="POST", **sent):
        stream = request.files["live"].stream
        assert isinstance(stream, BytesIO) and len(stream.getvalue()) == LARGE_BYTES


def test_keeping_is_not_offered_where_it_is_off_or_for_a_child(visitor: Visitor, synced: Phone, visit: str) -> None:
    address = f"/visits/{visit}/identity/{HEAD}/face/more/face_keep"
    assert visitor.client.get(address).status_code == 404
    kept_faces.allow(synced.store, 24)
    assert "最长 24 小时" in visitor.get(address)
    assert visitor.client.get(f"/visits/{visit}/identity/{SON}/face/more/face_keep").status_code == 404


def test_consent_is_taken_back_by_one_button(visitor: Visitor, synced: Phone, visit: str, picture: Draw) -> None:
    person = f"/visits/{visit}/identity/{HEAD}"
    assert "撤回同意" not in visitor.get(person)
    visitor.send(f"{person}/consent", answer="granted")
    shoot(visitor, visit, picture, nonce_of(visitor, visit))
    assert "撤回同意" in visitor.get(person)
    visitor.send(f"{person}/withdrawal")
    assert "人脸比对告知书" in visitor.get(f"{person}/face")
    assert entries(synced, visit)[0]["consent"]["withdrawn_at"]


def test_witnesses_come_into_the_record(visitor: Visitor, synced: Phone, visit: str) -> None:
    names, relations = ["王五", "赵六"], ["邻居", ""]
    visitor.send(f"/visits/{visit}/identity/{HEAD}/people/witness", confirmed="yes", name=names, relation=relations)
    (entry,) = entries(synced, visit)
    assert (entry["people"], entry["lacking"]) == (
        [{"name": "王五", "relation": "邻居"}, {"name": "赵六", "relation": ""}],
        [],
    )
