"""How a check of means stands, as one table: of the whole, and of each source's part. Pure.

drafted = asked for, nothing has gone out; the rest says itself. Expired: its day has passed, and what it found is no ground
for a decision any more.
"""

from collections.abc import Collection

ASKED, SENT, PARTLY, ANSWERED, DISPUTED, SETTLED, EXPIRED = (
    "asked",
    "sent",
    "partly_answered",
    "answered",
    "disputed",
    "settled",
    "expired",
)
"""The states of a check. `asked` is a draft: the township asked for it, no source has been."""

DRAFTED, REFUSED, DISPOSED = "drafted", "refused", "disposed"
"""The states of a source's part, beside sent, answered and expired. Refused: the source will not answer this query."""

STATES = {
    ASKED: "待发出",
    SENT: "已发出",
    PARTLY: "部分反馈",
    ANSWERED: "已反馈",
    DISPUTED: "有异议",
    SETTLED: "已处理异议",
    EXPIRED: "已失效",
    DRAFTED: "待发出",
    REFUSED: "来源方未受理",
    DISPOSED: "已销毁",
}

WAITING = frozenset({DRAFTED, SENT})
"""A part in one of these still has something to come."""


def state_of(parts: Collection[str]) -> str:
    """Tell how a check stands whose parts stand so, as far as the sources make it.

    >>> state_of(["drafted", "drafted"]), state_of(["sent", "drafted"]), state_of(["sent", "answered"])
    ('asked', 'sent', 'partly_answered')
    >>> state_of(["answered", "refused"]), state_of([])
    ('answered', 'asked')
    """
    waiting = [one for one in parts if one in WAITING]
    if not waiting:
        return ANSWERED if parts else ASKED
    if len(waiting) < len(parts):
        return PARTLY
    return SENT if SENT in waiting else ASKED
