"""Who comes into the console and with what: sign-in, cookie, the forms' token, the headers, the refusals as pages."""

import pytest
from sqlalchemy import func, select, update

from server.models.office import RoleAssignment, SignIn
from server.transaction import reading, transact
from tests.server.conftest import MONDAY
from tests.server.office import Office
from tests.server.pages.people import Person


def test_whoever_is_not_signed_in_is_led_to_the_form_and_back(office: Office, visit: str):
    person = Person(office.app)
    answer = person.get(f"/console/visits/{visit}")
    assert (answer.status_code, answer.location) == (303, f"/console/sign-in?next=/console/visits/{visit}")
    assert person.sign_in("reviewer1", address=answer.location).location == f"/console/visits/{visit}"


@pytest.mark.parametrize("where", ["https://example.org/console/", "//example.org/console/", "/api/v1", "javascript:x"])
def test_nobody_is_led_elsewhere_after_signing_in(office: Office, where: str):
    assert Person(office.app).sign_in("reviewer1", address=f"/console/sign-in?next={where}").location == "/console/"


def test_a_wrong_password_is_told_and_the_name_kept(office: Office):
    answer = Person(office.app).sign_in("reviewer1", "wrong")
    assert (answer.status_code, answer.mimetype) == (401, "text/html")
    assert "用户名或密码不对" in answer.text
    assert 'value="reviewer1"' in answer.text


def test_too_many_tries_have_to_wait(office: Office):
    person = Person(office.app)
    answers = [person.sign_in("reviewer1", "wrong") for _ in range(6)]
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert person.sign_in("reviewer1").status_code == 429


@pytest.mark.parametrize("username", ["caseworker1", "assistant1", "admin1"])
def test_only_supervisors_come_in_and_no_session_is_left_of_others(office: Office, username: str):
    person = Person(office.app)
    answer = person.sign_in(username)
    assert answer.status_code == 403
    assert "审核后台供" in answer.text
    assert person.get("/console/").status_code == 303
    with office.app.app_context():
        assert reading().scalar(select(func.count()).select_from(SignIn)) == 0


def test_a_role_that_has_ended_closes_the_console(office: Office, reviewer: Person):
    with office.app.app_context():
        ended = update(RoleAssignment).where(RoleAssignment.staff_id == office.staff["reviewer1"])
        transact(lambda ledger: ledger.session.execute(ended.values(valid_to=MONDAY)))
    assert reviewer.get("/console/").status_code == 403


def test_the_cookie_is_a_new_one_and_not_for_scripts_or_strangers(office: Office):
    person = Person(office.app)
    before = person.get("/console/sign-in").headers["Set-Cookie"]
    after = person.sign_in("reviewer1").headers["Set-Cookie"]
    assert before.split(";")[0] != after.split(";")[0]
    assert "HttpOnly" in after
    assert "SameSite=Lax" in after


def test_a_token_from_before_signing_in_is_worth_nothing_after(office: Office, visit: str):
    person = Person(office.app)
    person.get("/console/sign-in")
    fixed = person.token
    person.sign_in("reviewer1")
    assert person.decide(visit, "approved", form_token=fixed).status_code == 403


def test_signing_out_ends_the_session_on_the_server(office: Office, reviewer: Person):
    stolen = reviewer.client.get_cookie("zsb")
    assert reviewer.post("/console/sign-out").location == "/console/sign-in"
    assert stolen is not None
    reviewer.client.set_cookie("zsb", stolen.value)
    assert reviewer.get("/console/").status_code == 303


@pytest.mark.parametrize("token", ["", "guessed", "猜"])
def test_a_form_without_its_token_does_nothing(office: Office, reviewer: Person, visit: str, token: str):
    answer = reviewer.decide(visit, "approved", form_token=token)
    assert (answer.status_code, answer.mimetype) == (403, "text/html")
    assert "这个页面已经过期" in answer.text
    assert "待审" in reviewer.get(f"/console/visits/{visit}").text


def test_every_page_forbids_what_is_not_ours(reviewer: Person, visit: str):
    for address in ("/console/", f"/console/visits/{visit}", "/console/nowhere", "/console/visits/none"):
        headers = reviewer.get(address).headers
        assert "script-src 'self'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(("address", "status"), [("/console/nowhere", 404), ("/console/sign-out", 404)])
def test_an_error_in_the_console_is_a_page_and_elsewhere_a_document(reviewer: Person, address: str, status: int):
    answer = reviewer.get(address)
    assert (answer.status_code, answer.mimetype) == (status, "text/html")
    assert reviewer.get("/api/v1/nowhere").mimetype == "application/problem+json"


def test_signing_in_to_the_console_gives_no_entrance_to_the_api(reviewer: Person):
    assert reviewer.get("/api/v1/visits").status_code == 401
