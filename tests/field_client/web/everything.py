"""A form that asks in every way there is, in the words of a county: what pages, command line and reviewers must all show."""

from forms import Definition
from tests.forms.sheets import ask, begin, end, make_form

CHOICES = [
    {"list_name": "yes_no", "name": "yes", "label": "是", "label::English (en)": "Yes"},
    {"list_name": "yes_no", "name": "no", "label": "否", "label::English (en)": "No"},
    {"list_name": "county", "name": "yuanjiang", "label": "沅江市"},
    {"list_name": "county", "name": "nanxian", "label": "南县"},
    {"list_name": "town", "name": "qionghu", "label": "琼湖街道", "county": "yuanjiang"},
    {"list_name": "town", "name": "caowei", "label": "草尾镇", "county": "yuanjiang"},
    {"list_name": "town", "name": "nanzhou", "label": "南洲镇", "county": "nanxian"},
    {"list_name": "need", "name": "medical", "label": "看病"},
    {"list_name": "need", "name": "school", "label": "上学"},
    {"list_name": "need", "name": "repair", "label": "修房"},
    {"list_name": "heating", "name": "wood", "label": "柴火"},
    {"list_name": "heating", "name": "gas", "label": "煤气"},
    {"list_name": "month", "name": "m1", "label": "一月"},
    {"list_name": "month", "name": "m2", "label": "二月"},
]


def everything(*, version: str = "1", style: str = "", title: str = "什么都问的表") -> Definition:
    """Return the form; `style` is `pages` for one question a page."""
    settings = {"form_id": "everything", "version": version, "form_title": title, **({"style": style} if style else {})}
    return make_form(
        begin("group", "home", label="住处"),
        ask("note", "welcome", label="请边看边问,先说明来意。"),
        ask("text", "story", label="家里的情况", required="yes", hint="一两句话", guidance_hint="先听本人说,再补充看到的。",
            **{"label::English (en)": "About the family"}),
        ask("text", "remarks", label="补充", appearance="multiline"),
        ask("text", "id_number", label="身份证号", appearance="id-number allow-unknown"),
        ask("integer", "people", label="几口人", appearance="people"),
        ask("decimal", "wages", label="工资", appearance="yuan-per-month allow-unknown allow-refused"),
        ask("calculate", "share", label="人均", calculation="round(${wages} div ${people}, 2)", appearance="yuan-per-month"),
        ask("select_one yes_no", "agreed", label="同意调查吗", required="yes"),
        ask("text", "why_not", label="为什么不同意", relevant="${agreed} = 'no'", required="yes"),
        ask("select_one county", "county", label="在哪个县"),
        ask("select_one town", "town", label="在哪个镇", choice_filter="county = ${county}", relevant="${county} != ''"),
        ask("select_one heating or_other", "heating", label="用什么取暖"),
        ask("select_multiple need", "needs", label="需要什么"),
        ask("rank need", "order", label="按急缓排一排"),
        ask("range", "comfort", label="住得怎么样,打几分", parameters="start=1 end=5 step=1"),
        ask("select_one month", "month", label="哪个月最难", appearance="minimal"),
        end("group"),
        begin("group", "when", label="时间和地点"),
        ask("date", "since", label="从哪天起", constraint=". <= today()", constraint_message="不能晚于今天"),
        ask("time", "at", label="几点到家"),
        ask("datetime", "seen", label="什么时候见到的"),
        ask("geopoint", "place", label="位置"),
        ask("barcode", "card", label="证件条码"),
        ask("image", "photo", label="房子照片"),
        ask("image", "sign", label="本人签名", appearance="signature"),
        ask("audio", "statement", label="本人陈述"),
        ask("file", "paper", label="证明材料"),
        ask("acknowledge", "read_back", label="已读给本人听"),
        end("group"),
        begin("repeat", "members", label="家里的人"),
        ask("text", "member", label="姓名", required="yes"),
        ask("integer", "age", label="年龄", appearance="years"),
        begin("repeat", "jobs", label="做过的工"),
        ask("text", "job", label="什么工"),
        ask("decimal", "pay", label="工钱", appearance="yuan-per-month"),
        end("repeat"),
        end("repeat"),
        ask("calculate", "paid", label="工钱合计", calculation="sum(${pay})", appearance="yuan-per-month"),
        choices=CHOICES,
        **settings,
    )  # fmt: skip
