"""`make demo` plays the main job and ends; `make run` prepares the same and leaves server and field client running."""

import argparse
import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from demo import story
from demo.line import Line
from demo.office import Office, free_port
from server.sample.staff import STAFF
from server.services.sample_county import PASSWORD

FOLDER = Path("var/demo")
STAYING = Path("var/run")


def main() -> int:
    """Play; 0 when everything that was promised was observed, else 1."""
    reader = argparse.ArgumentParser(prog="python -m demo", description="掌上办: 从登记设备到审核通过的全过程演示")
    reader.add_argument(
        "--stay", action="store_true", help="不演示, 让服务器和外勤端一直运行; 再次运行接着用上次的数据"
    )
    reader.add_argument("--households", type=int, default=200, help="示例县户数 (默认 200)")
    asked = reader.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # So that what was started here ends here too.
    return _stay(asked.households) if asked.stay else _demonstrate(asked.households)


def _demonstrate(households: int) -> int:
    """Play the main job from a clean folder to its summary."""
    begun = time.monotonic()
    shutil.rmtree(FOLDER, ignore_errors=True)
    stage = story.prepare(FOLDER.absolute(), households)
    try:
        story.enrol(stage)
        return _play(stage, begun)
    finally:
        stage.line.close()
        stage.office.stop()


def _play(stage: story.Stage, begun: float) -> int:
    visit_id = story.visit_offline(stage)
    story.deliver(stage)
    story.send_back(stage, visit_id)
    story.amend(stage, visit_id)
    story.approve(stage, visit_id)
    summary = {**stage.observed, "seconds": round(time.monotonic() - begun, 1)}
    path = stage.folder / "summary.json"
    path.write_text(json.dumps(summary, ensure_ascii=False, indent=2), "utf-8")
    missed = _missed(summary)
    story.tell(f"全过程 {summary['seconds']} 秒; 结果写在 {path.relative_to(Path.cwd())}")
    for one in missed:
        story.tell(f"没有达到: {one}")
    return 1 if missed else 0


def _missed(summary: dict[str, object]) -> list[str]:
    """Name what was promised and not observed."""
    face, buckets = summary["face"], summary["buckets"]
    assert isinstance(face, dict) and isinstance(buckets, list)
    held = {
        "走访已封存": summary["sealed"] is True,
        "本人比对相符": face["same_person"] == "match",
        "他人比对不相符": face["other_person"] == "no_match",
        "断点续传": int(str(summary["resumed_uploads"])) >= 1,
        "退回、补正、通过": summary["returned"] is True and summary["amended"] is True and summary["approved"] is True,
        "回执写明全部照片": int(str(summary["receipt_blobs"])) >= int(str(summary["photos"])),
        "两端一致": bool(buckets) and all(row["device"] == row["server"] for row in buckets),
    }
    return [name for name, holds in held.items() if not holds]


def _stay(households: int) -> int:
    """Leave both ends running until the user presses Ctrl+C; what was entered stays for the next time."""
    office = Office(STAYING.absolute(), _kept_port(STAYING / "port"))
    stage = story.Stage(STAYING.absolute(), office, Line(office.port), office.url)
    try:
        story.open_office(office, households)
        if not stage.home.exists():
            story.enrol(stage)
        _tell_where(office)
        serving = [sys.executable, "-m", "field_client", "--home", str(stage.home), "serve"]
        return subprocess.call(serving)  # noqa: S603
    except KeyboardInterrupt:
        story.tell("已结束, 数据留在 var/run")
        return 0
    finally:
        office.stop()


def _tell_where(office: Office) -> None:
    names = ", ".join(
        member.username for member in STAFF if member.username.endswith("1") and member.username[-2:-1].isalpha()
    )
    story.tell(f"办公室 (督查): {office.url}/console/    接口说明: {office.url}/docs")
    story.tell(f"外勤端 ({story.WORKER} 的平板): 见下面打印的地址, PIN 码 {story.PIN}")
    story.tell(f"示例账号 (密码都是 {PASSWORD}): {names}")
    story.tell("按 Ctrl+C 结束")


def _kept_port(path: Path) -> int:
    """Take the port of the last time, because the enrolled device knows it."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(str(free_port()))
    return int(path.read_text())


if __name__ == "__main__":
    sys.exit(main())
