"""A case as people work on it, through HTTP and a device: each method brings an application one stage further."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from server.models.blob import Blob
from server.models.cases import Application
from server.services.changes import Ledger
from server.services.staged import office as office_author
from server.transaction import reading, transact
from sync.canonical import loads
from tests.server.api.serving import upload
from tests.server.clock import StillClock
from tests.server.office import VILLAGES, Device, Office, an_id, blob_of, sha_of

HERE = VILLAGES[0]
PAPER = sha_of("paper")
INVESTIGATORS = ("caseworker1", "caseworker3")


@dataclass
class Casework:
    """An office with its clock, and the work on one household of the first village."""

    office: Office
    clock: StillClock
    _device: Device | None = field(default=None)

    @property
    def household(self) -> str:
        """The household of the first village."""
        return self.office.households[HERE]

    def person(self) -> str:
        """The only member of that household, by its record."""
        return next(iter(self.members()))

    def members(self) -> list[str]:
        """The members whom the office reads."""
        answer = self.get("reviewer1", f"/households/{self.household}")
        return [one["id"] for one in answer.json["members"]]

    def post(self, username: str, path: str, body: dict[str, Any] | None = None, **more: Any) -> Any:
        """Post as somebody."""
        client = self.office.app.test_client()
        return client.post(f"/api/v1{path}", json=(body or {}) | more, headers=self.office.bearer(username))

    def get(self, username: str, path: str) -> Any:
        """Get as somebody."""
        return self.office.app.test_client().get(f"/api/v1{path}", headers=self.office.bearer(username))

    def did(self, username: str, path: str, body: dict[str, Any] | None = None, **more: Any) -> Any:
        """Post as somebody, and make sure that it was done."""
        answer = self.post(username, path, body, **more)
        assert answer.status_code in (200, 201, 204), answer.json
        return answer.get_json(silent=True)

    def step(self, username: str, application: str, what: str, **body: Any) -> Any:
        """Take a step on what stands now; gives the raw answer."""
        return self.post(
            username, f"/applications/{application}/{what}", seen_version=self.version(application), **body
        )

    def stepped(self, username: str, application: str, what: str, **body: Any) -> str:
        """Take a step that is done; gives the state that it leads to."""
        answer = self.step(username, application, what, **body)
        assert answer.status_code == 200, answer.json
        return str(answer.json["state"])

    def read(self, application: str, username: str = "reviewer1") -> Any:
        """Read an application whole."""
        answer = self.get(username, f"/applications/{application}")
        assert answer.status_code == 200, answer.json
        return answer.get_json(silent=True)

    def version(self, application: str) -> int:
        """The version that stands, without looking at the case."""
        with self.office.app.app_context():
            return reading().get_one(Application, application).version

    def state(self, application: str) -> str:
        """The state that stands."""
        with self.office.app.app_context():
            return reading().get_one(Application, application).state

    def device(self) -> Device:
        """The first investigator's device, which has pulled everything."""
        self._device = self._device or self.office.device()
        self._device.exchange()
        return self._device

    def papers(self, *names: str) -> None:
        """Upload the pictures of papers; what is there already is not sent again."""
        device = self.office.device()
        for name in ("paper", *names):
            with self.office.app.app_context():
                is_here = reading().get(Blob, sha_of(name)) is not None
            assert is_here or upload(device.client, device.token, blob_of(name)).status_code == 204

    def later(self, days: int) -> None:
        """Let days go by; devices sign in again."""
        self.clock.at += timedelta(days=days)
        self._device = None

    def opened(self, *programmes: str, **body: Any) -> tuple[str, list[str]]:
        """Open an intake; gives it and its applications."""
        body = {"household_id": self.household, "applicant_id": self.person(), **body}
        made = self.did("caseworker1", "/intakes", body, area_code=HERE, programmes=list(programmes or ("dibao",)))
        return made["id"], [one["id"] for one in made["applications"]]

    def submitted(self, *programmes: str, relations: list[dict[str, str]] | None = None) -> str:
        """An application that was declared, authorised and handed in."""
        self.papers()
        intake, (application, *_) = self.opened(*programmes)
        signed = [{"person_id": one, "paper": PAPER} for one in self.members()]
        body = {"declaration": PAPER, "declaration_version": "1", "authorisations": signed}
        self.did("caseworker1", f"/intakes/{intake}/signatures", body)
        self.did("caseworker1", f"/intakes/{intake}/kinship", relations=relations or [])
        self.did("caseworker3", f"/intakes/{intake}/submission")
        return application

    def accepted(self, *programmes: str, **more: Any) -> str:
        """An application that was accepted."""
        application = self.submitted(*programmes, **more)
        assert self.stepped("caseworker1", application, "acceptance", basis="hukou") == "accepted"
        return application

    def investigating(self, *programmes: str, **more: Any) -> str:
        """An application whose visit and check are under way."""
        application = self.accepted(*programmes, **more)
        body = {"assignee_id": self.office.staff["caseworker1"]}
        assert self.stepped("caseworker1", application, "investigation", **body) == "investigating"
        return application

    def visit(self, task: str, *, reviewer: str = "reviewer1", **more: Any) -> str:
        """Seal the visit of a task on the device, sync it, and have it accepted; gives the visit."""
        device, visit = self.device(), an_id()
        fields = self.office.visit(device, HERE, **({"task_id": task} if task else {}), **more)
        (result,) = device.exchange([device.mutation("visit", visit, "create", HERE, fields)]).results
        assert result.outcome == "applied", result
        for name in ("photo", "h", *(self.office.staff[one] for one in INVESTIGATORS)):
            upload(device.client, device.token, blob_of(name))
        self.did(reviewer, f"/visits/{visit}/reviews", verdict="approved", seen_revision=1)
        return visit

    def team(self, *usernames: str) -> list[dict[str, str]]:
        """Name the investigators of a visit."""
        return [{"staff_id": self.office.staff[one], "name": "员", "role": "lead"} for one in usernames]

    def answer_check(self, result: str = "clear", username: str = "check1") -> None:
        """Let the check centre answer what waits."""
        for one in self.get("check1", "/checks").json:
            valid_to = (self.clock.at + timedelta(days=180)).date().isoformat()
            self.did(username, f"/checks/{one['id']}/answer", result=result, detail="存款", valid_to=valid_to)

    def investigated(self, *programmes: str, **more: Any) -> str:
        """An application with an accepted visit and an answered check."""
        application = self.investigating(*programmes, **more)
        self.visit(self.read(application)["visits"][0]["task_id"])
        self.answer_check()
        return application

    def case(self, yuan: str = "200.00") -> dict[str, Any]:
        """The facts found of the household, for the rules."""
        members = [
            {"id": one, "birth_date": "1949-06-01", "incomes": [{"kind": "wage", "yuan_per_month": yuan}]}
            for one in self.members()
        ]
        return {"household": {"area": "rural", "members": members, "property_ok": True}}

    def assess(self, application: str, yuan: str = "200.00") -> Any:
        """Assess the household."""
        path = f"/applications/{application}/assessment"
        return self.did("reviewer1", path, case=self.case(yuan), seen_version=self.version(application))

    def judged(self, *programmes: str, suggestion: str = "confirm", yuan: str = "200.00", **more: Any) -> str:
        """An application with the township's opinion."""
        application = self.investigated(*programmes, **more)
        self.assess(application, yuan)
        body = {"suggestion": suggestion, "reasons": "收入低于标准"}
        assert self.stepped("reviewer1", application, "opinion", **body) == "opinion"
        return application

    def posted(self, *programmes: str, **more: Any) -> str:
        """An application whose opinion hangs in the village."""
        application = self.judged(*programmes, **more)
        body = {"place": "村务公开栏", "photo": PAPER}
        assert self.stepped("assistant1", application, "notice", **body) == "public_notice"
        return application

    def forwarded(self, *programmes: str, **more: Any) -> str:
        """An application that hung for its days and went to the county."""
        application = self.posted(*programmes, **more)
        self.later(8)
        assert self.stepped("reviewer1", application, "notice/end") == "forwarded"
        return application

    def deciding(self, *programmes: str, **more: Any) -> str:
        """An application that the county has taken up."""
        application = self.forwarded(*programmes, **more)
        assert self.stepped("county1", application, "county") == "deciding"
        return application

    def confirmed(self, *programmes: str, **more: Any) -> str:
        """A confirmed application."""
        application = self.deciding(*programmes, **more)
        assert self.stepped("county1", application, "confirmation", reasons="符合条件") == "confirmed"
        return application

    def record(self, record_type: str, record_id: str) -> dict[str, Any]:
        """A synced record's fields as they stand."""

        def read(ledger: Ledger) -> dict[str, Any]:
            found = ledger.get(record_type, record_id)
            assert found is not None
            return dict(found.fields)

        with self.office.app.app_context():
            return transact(read)

    def set_programmes(self, lines: list[dict[str, Any]]) -> None:
        """Put lines into what the household is shown to receive, as an import does."""
        author = office_author(self.clock())
        with self.office.app.app_context():
            transact(lambda ledger: ledger.update("household", self.household, {"programmes": lines}, author))

    def tasks(self, device: Device) -> list[dict[str, Any]]:
        """The visit tasks that a device holds."""
        return [loads(body) for (_, kind, _), (_, body) in device.rows.items() if kind == "visit_task"]
