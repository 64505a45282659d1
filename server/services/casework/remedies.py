"""What a written decision tells of the remedies against it: reconsideration and court, each with its period.

社会救助法第七十六条.
"""

from policy.law import Law

REMEDY = (
    "如不服本决定，可以自收到本决定之日起 {days} 日内依法申请行政复议（{reconsideration}），"
    "或者自收到本决定之日起 {months} 个月内依法向人民法院提起行政诉讼（{lawsuit}）。依据：社会救助法第七十六条。"
)
SERVED = ("in_person", "by_post", "by_agent", "electronic")
"""How a written decision may be served."""


def remedy(law: Law) -> str:
    """Word the remedies by the law of the day. Raises ParameterNotSet before the laws that set the periods."""
    days, months = law.get("remedy.reconsideration_days"), law.get("remedy.lawsuit_months")
    return REMEDY.format(
        days=days.read(int), reconsideration=days.citation, months=months.read(int), lawsuit=months.citation
    )
