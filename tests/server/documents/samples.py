"""One of each document, with invented people."""

import io
from datetime import date

from PIL import Image

from server.documents.papers import (
    Acceptance,
    Answer,
    Confirmation,
    Letterhead,
    MissingPapers,
    Notice,
    Paper,
    Picture,
    PublicFields,
    Reason,
    Refusal,
    Section,
    VisitSheet,
)

TOWNSHIP = Letterhead("示例镇人民政府", "01A2B3C4D5E6", date(2026, 7, 6), "12345")
COUNTY = Letterhead("示例县民政局", "01A2B3C4D5E6", date(2026, 7, 6), "12345")
REMEDY = "如不服本决定, 可以自收到本决定之日起 60 日内依法申请行政复议。"
TRACE = (
    Reason("家庭人均月收入低于低保标准", "200.00", "620.00", "《社会救助暂行办法》第九条"),
    Reason("家庭财产符合规定", "", "", "《社会救助暂行办法》第九条"),
)
DECIDED = {
    "head": COUNTY,
    "applicant": "王桂花",
    "programme": "最低生活保障",
    "decided_on": date(2026, 7, 6),
    "decided_by": "李建国",
    "reasons": "家庭人均收入低于当地最低生活保障标准, 财产状况符合规定。",
    "trace": TRACE,
    "remedy": REMEDY,
}


def picture(colour: str, size: tuple[int, int] = (1600, 1200)) -> bytes:
    """A photo of one colour."""
    made = io.BytesIO()
    Image.new("RGB", size, colour).save(made, "JPEG")
    return made.getvalue()


PICTURES = {"a" * 64: picture("darkseagreen"), "b" * 64: picture("peru"), "c" * 64: picture("white", (600, 200))}
SHEET = VisitSheet(
    head=TOWNSHIP,
    household="王桂花",
    address="三组 12 号",
    village="示例村",
    mode="入户",
    visited="2026年7月6日 08:10 至 2026年7月6日 08:50",
    investigators=("张明", "陈芳"),
    identity=("王桂花 核对身份证: 已确认",),
    sections=(
        Section("家庭人口", (Answer("共同生活的家庭成员人数", "3 人"), Answer("有无残疾成员", "有"))),
        Section("收入", (Answer("月人均收入", "320 元", was="200 元"), Answer("主要收入来源", "种植水稻, 打零工"))),
    ),
    photos=(
        Picture("a" * 64, "房屋正面 2026年7月6日 08:20"),
        Picture("b" * 64, "室内"),
        Picture("d" * 64, "厨房", "照片还没有收到"),
    ),
    signatures=(
        Picture("c" * 64, "调查人员 张明"),
        Picture("c" * 64, "调查人员 陈芳"),
        Picture("", "家庭成员", "没有签字: 手伤"),
    ),
    seal="内容的 SHA-256 " + "0" * 64,
    revision=2,
)
SAMPLES: tuple[Paper, ...] = (
    Acceptance(TOWNSHIP, "王桂花", "最低生活保障", date(2026, 7, 6), "户籍所在地", date(2026, 8, 10), True,
               "《沅江市改革完善社会救助制度的措施》二(七)", "张明"),
    MissingPapers(TOWNSHIP, "王桂花", "最低生活保障", ("诚信承诺书", "有效身份证明"), ("户籍信息", "不动产登记信息"), "张明"),
    SHEET,
    Notice(TOWNSHIP, "示例村村务公开栏", date(2026, 7, 6), date(2026, 7, 13),
           PublicFields("王桂花", 3, "最低生活保障", "confirm", "1260.00")),
    Confirmation(**DECIDED, member_count=3, amount="1260.00", from_on=date(2026, 8, 1)),
    Refusal(**DECIDED, instead=("低保边缘家庭救助",)),
)  # fmt: skip
