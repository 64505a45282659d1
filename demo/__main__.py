"""`make demo` plays the main job and ends; `make run` prepares the same and leaves server and field client running."""

import argparse
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

from demo import story
from demo.office import free_port
from server.sample.staff import STAFF
from server.services.sample_county import PASSWORD

FOLDER = Path("var/demo")


def main() -> int:
    """Play; 0 when everything that was promised was observed, else 1."""
    reader = argparse.ArgumentParser(prog="python -m demo", description="掌上办: 从登记设备到审核通过的全过程演示")
    reader.add_argument("--stay", action="store_true", help="准备好后不演示, 让服务器和外勤端一直运行")
    reader.add_argument("--households", type=int, default=200, help="示例县户数 (默认 200)")
    asked = reader.parse_args()
    begun = time.monotonic()
    shutil.rmtree(FOLDER, ignore_errors=True)
    stage = story.prepare(FOLDER.absolute(), asked.households)
    try:
        story.enrol(stage)
        if asked.stay:
            return _stay(stage)
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


def _stay(stage: story.Stage) -> int:
    """Leave both ends running until the user presses Ctrl+C."""
    port = free_port()
    serving = [sys.executable, "-m", "field_client", "--home", str(stage.home), "serve", "--port", str(port)]
    client = subprocess.Popen(serving)  # noqa: S603
    story.tell(f"办公室 (督查): {stage.office.url}/console/   接口说明: {stage.office.url}/docs")
    story.tell(f"外勤端: 见下面打印的地址, PIN 码 {story.PIN}")
    story.tell(
        f"示例账号 (密码都是 {PASSWORD}): "
        + ", ".join(member.username for member in STAFF if member.username[-1:] == "1")
    )
    story.tell("按 Ctrl+C 结束")
    try:
        client.wait()
    except KeyboardInterrupt:
        client.terminate()
        client.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
