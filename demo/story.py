"""The main job, told step by step: each step prints what it does and what was observed."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from demo import pictures
from demo.line import Line
from demo.office import Office, free_port
from server.sample.demonstration import DEMO_APPLICANT_ID, DEMO_HOUSEHOLD_ID
from server.sample.staff import STAFF
from server.services.sample_county import PASSWORD

WORKER, REVIEWER, PIN = "caseworker1", "reviewer1", "2580"
NAMES = {member.username: member.display_name for member in STAFF}
INVESTIGATORS = (NAMES[WORKER], NAMES["caseworker3"])
NO_CONNECTION = 3
CUT_AFTER_BYTES = 60_000
ANSWERS = Path(__file__).parent / "answers.json"


@dataclass
class Stage:
    """Where the story plays: its folder, the office, the line to it, and what has been observed so far."""

    folder: Path
    office: Office
    line: Line
    device_url: str
    observed: dict[str, Any] = field(default_factory=dict)

    @property
    def home(self) -> Path:
        """The device's folder."""
        return self.folder / "device"

    def device(self, *command: str, stdin: str = "", may_fail: tuple[int, ...] = ()) -> dict[str, Any]:
        """Run the field client's command line and give the JSON that it prints."""
        asked = [sys.executable, "-m", "field_client", "--home", str(self.home), *command, "--json"]
        environment = {**os.environ, "ZSB_FIELD_PIN": PIN}
        done = subprocess.run(asked, input=stdin, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode not in (0, *may_fail):
            raise RuntimeError(
                f"field-client {' '.join(command[:2])} ({done.returncode}): {done.stderr.strip()[-2000:]}"
            )
        answer: dict[str, Any] = json.loads(done.stdout) if done.stdout.strip() else {}
        return {**answer, "exit_code": done.returncode, "said": done.stderr.strip()}

    @contextmanager
    def supervisor(self) -> Iterator[httpx.Client]:
        """Sign the reviewer in, over the office's own network."""
        with httpx.Client(base_url=self.office.url, timeout=30) as client:
            opened = client.post("/api/v1/sessions", json={"username": REVIEWER, "password": PASSWORD})
            opened.raise_for_status()
            client.headers["Authorization"] = f"Bearer {opened.json()['access_token']}"
            yield client


def tell(text: str) -> None:
    """Print a step."""
    print(text, flush=True)  # noqa: T201  this is what the demonstration is for


def prepare(folder: Path, households: int) -> Stage:
    """Open the office and the line to it."""
    office = Office(folder, free_port())
    open_office(office, households)
    line = Line(office.port)
    return Stage(folder, office, line, f"http://127.0.0.1:{line.open()}")


def open_office(office: Office, households: int) -> None:
    """Migrate an embedded database, load the sample county, start the server; again it only starts."""
    tell("1  办公室: 建库, 装入示例县 (沅江), 启动服务器")
    office.flask("db", "upgrade")
    seeded = json.loads(office.flask("demo", "seed", "--households", str(households), "--json"))
    office.start()
    tell(f"   {seeded['households']} 户, {seeded['villages']} 个村; 服务器 {office.url}")


def enrol(stage: Stage) -> None:
    """Enrol the caseworker's device and pull the villages of its user."""
    tell("2  经办人员的设备: 登记, 拉取本人负责的村")
    stage.device(
        "enrol",
        "--server",
        stage.device_url,
        "--username",
        WORKER,
        "--password-stdin",
        "--device-name",
        "演示平板",
        "--pin-stdin",
        stdin=f"{PASSWORD}\n{PIN}\n",
    )
    pulled = stage.device("sync")
    tell(f"   收到 {pulled['pulled']} 条记录, {len(pulled['buckets'])} 个分区")


def visit_offline(stage: Stage) -> str:
    """Stop the server for real, then record, sign and seal a visit; gives its id."""
    tell("3  断网: 服务器真的停掉, 在村里做一次入户调查")
    stage.office.stop()
    assert not stage.office.is_up()
    visit_id = str(stage.device("visits", "start", DEMO_HOUSEHOLD_ID, "--kind", "application")["id"])
    answers = [f"{key}={value}" for key, value in json.loads(ANSWERS.read_text("utf-8")).items()]
    stage.device("visits", "answer", visit_id, *answers)
    *photos, _ = pictures.house_photos(stage.folder / "pictures")
    for photo in photos:
        stage.device("visits", "photo", visit_id, str(photo), "--kind", photo.stem)
    stage.device("visits", "place", visit_id, "--lat", "28.8431", "--lon", "112.3547", "--accuracy", "18")
    tell("   调查表、三张照片、位置已记下")
    confirm_identity(stage, visit_id)
    for seed, signer in enumerate(INVESTIGATORS):
        image = pictures.signature(stage.folder / "pictures" / f"signature-{seed}.png", seed)
        stage.device("visits", "sign", visit_id, "--role", "investigator", "--signer", signer, "--image", str(image))
    image = pictures.signature(stage.folder / "pictures" / "signature-household.png", 9)
    signer = DEMO_APPLICANT_ID
    stage.device("visits", "sign", visit_id, "--role", "household", "--signer", signer, "--image", str(image))
    stage.device("visits", "seal", visit_id)
    shown = stage.device("visits", "show", visit_id)
    stage.observed |= {
        "visit_id": visit_id,
        "sealed": bool(shown["document"]["seal"]["signature"]),
        "photos": sum(item["kind"] != "consent" for item in shown["document"]["evidence"]),
    }
    tell(f"   两名调查人员和户内成员已签字, 走访已封存 ({visit_id})")
    refused = stage.device("sync", may_fail=(NO_CONNECTION,))
    assert refused["exit_code"] == NO_CONNECTION, "without a server a sync must say that there is no connection"
    tell("   此时同步: 没有网络, 内容留在本机, 稍后再传")
    return visit_id


def confirm_identity(stage: Stage, visit_id: str) -> None:
    """Compare faces for real: first somebody else in front of the camera, then the applicant."""
    reference, live, other = pictures.portraits(stage.folder / "pictures")
    asked = ("visits", "identity", visit_id, DEMO_APPLICANT_ID, "--method", "face", "--reference", str(reference))
    consent = stage.folder / "pictures" / "consent.png"
    pictures.signature(consent, 5)
    agreed = ("--consent", str(consent), "--confirm")
    somebody = stage.device(*asked, "--live", str(other), *agreed)
    applicant = stage.device(*asked, "--live", str(live), *agreed)
    stage.observed["face"] = {
        "same_person": applicant["outcome"],
        "other_person": somebody["outcome"],
        "ms": round(applicant["verdict"]["milliseconds"]),
    }
    tell(f"   身份核验: 他人 → {somebody['outcome']}, 申请人本人 → {applicant['outcome']} (照片不离开设备)")


def deliver(stage: Stage) -> None:
    """Bring the server back and sync: records first, photos after, one upload cut in the middle and resumed."""
    tell("4  回到有网的地方: 服务器恢复, 先传记录, 后传照片; 中途切断一次")
    stage.office.start()
    stage.line.cut_after_bytes = CUT_AFTER_BYTES
    for _ in range(5):
        synced = stage.device("sync", may_fail=(NO_CONNECTION,))
        if synced["exit_code"] == 0 and synced["blobs_waiting"] == 0:
            break
        tell(f"   线路断了: 还有 {synced.get('blobs_waiting', '若干')} 个文件, 从断点继续")
    stage.observed["resumed_uploads"] = len(stage.line.resumed_offsets)
    offsets = ", ".join(str(offset) for offset in stage.line.resumed_offsets)
    tell(
        f"   线路切断 {stage.line.cuts} 次, 续传 {len(stage.line.resumed_offsets)} 次 (从第 {offsets} 字节), 文件全部到达"
    )


def send_back(stage: Stage, visit_id: str) -> None:
    """The supervisor reads the visit and returns it with comments pinned to an answer and a photo."""
    tell("5  督查审核: 看走访, 退回补正, 批注钉在答案和照片上")
    with stage.supervisor() as office:
        seen = office.get(f"/api/v1/visits/{visit_id}").raise_for_status().json()
        comments = [
            {"target": {"kind": "answer", "ref": "income/transfers"}, "text": "女儿每月给的生活费请再核实。"},
            {"target": {"kind": "photo", "ref": seen["visit"]["evidence"][0]["blob"]}, "text": "请补拍房屋侧面。"},
        ]
        verdict = {
            "verdict": "returned",
            "reason": "收入情况需核实",
            "comments": comments,
            "seen_revision": seen["revision"],
        }
        office.post(f"/api/v1/visits/{visit_id}/reviews", json=verdict).raise_for_status()
    tell(f"   证据链: {seen['verdict']}; 已退回, {len(comments)} 条批注")


def amend(stage: Stage, visit_id: str) -> None:
    """The device pulls the return; the worker amends, seals the amendment and syncs."""
    tell("6  经办人员: 收到退回, 补正, 再同步")
    stage.device("sync")
    returned = stage.device("visits", "show", visit_id)
    stage.observed["returned"] = returned["is_returned"]
    amendment = stage.device("visits", "amend", visit_id)
    stage.device("visits", "answer", visit_id, "income/transfers=462.50")
    photo = stage.folder / "pictures" / "side.jpg"
    stage.device("visits", "photo", visit_id, str(photo), "--kind", "house", "--caption", "房屋侧面")
    image = stage.folder / "pictures" / "signature-0.png"
    stage.device(
        "visits", "sign", visit_id, "--role", "investigator", "--signer", INVESTIGATORS[0], "--image", str(image)
    )
    stage.device("visits", "seal", visit_id)
    stage.device("sync")
    tell(f"   批注 {len(amendment.get('comments', []))} 条, 已按批注补正并上传")


def approve(stage: Stage, visit_id: str) -> None:
    """The supervisor approves the amended visit; the device pulls verdict and receipt."""
    tell("7  督查通过; 设备收到回执")
    with stage.supervisor() as office:
        seen = office.get(f"/api/v1/visits/{visit_id}").raise_for_status().json()
        stage.observed["amended"] = seen["revision"] > 1 and seen["review_state"] == "pending"
        verdict = {"verdict": "approved", "seen_revision": seen["revision"]}
        office.post(f"/api/v1/visits/{visit_id}/reviews", json=verdict).raise_for_status()
    final = stage.device("sync")
    shown = stage.device("visits", "show", visit_id)
    receipt = stage.device("receipts", "show", visit_id)
    stage.observed["approved"] = shown["document"]["review_state"] == "approved"
    stage.observed["receipt_blobs"] = len(receipt["blobs"])
    tell(f"   回执写明 {len(receipt['blobs'])} 个文件, 签名{'有效' if receipt['verified'] else '无效'}")
    compare_ends(stage, final)


def compare_ends(stage: Stage, synced: dict[str, Any]) -> None:
    """Print counts and checksums of both ends side by side."""
    tell("8  两端核对 (各自从自己的数据计算):")
    rows = [
        {
            "id": bucket["id"],
            "device": [bucket["count"], bucket["checksum"]],
            "server": [bucket["server_count"], bucket["server_checksum"]],
        }
        for bucket in synced["buckets"]
    ]
    for row in rows:
        same = "一致" if row["device"] == row["server"] else "不一致!"
        ends = " | ".join(f"{live:>5} 条 {checksum[:12]}…" for live, checksum in (row["device"], row["server"]))
        tell(f"   {row['id'][:18]:<18} {ends} {same}")
    stage.observed["buckets"] = rows
