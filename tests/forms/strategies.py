"""Answers of any kind: sensible ones, ill-shaped ones, and answers to questions that do not exist."""

import itertools

from hypothesis import strategies as st

from forms import Definition
from forms.messages import REFUSED, UNKNOWN
from forms.plan import plan

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=5,
)
SENSIBLE = st.sampled_from(
    (
        *(
            "0",
            "120.50",
            "-3",
            "2026-07-01",
            "2026-02-30",
            "08:30",
            "沅江",
            "yuanjiang",
            "nanxian",
            "qionghu",
            "nanzhou",
        ),
        *("2026-07-01T08:30", "甲", "caowei", "farm", "5"),
        *("OK", "28.84 112.35 0 15", "photo-1", "11010519491231002X", "' or 1=1", "${name}", UNKNOWN, REFUSED, ""),
    )
)
ANSWERS = SENSIBLE | st.integers(-5, 25) | st.lists(SENSIBLE, max_size=3) | ANYTHING


def paths(definition: Definition) -> st.SearchStrategy[str]:
    """Return paths of a form, a few of them into instances that may not exist, and a few of no question."""
    known = [
        node.path(place)
        for node in plan(definition).nodes.values()
        for place in itertools.product((1, 2, 3), repeat=len(node.repeats))
    ]
    strange = ["", "members[0]/age", "members[101]/age", "members[1]", "money", "nothing", "members[١]/age"]
    strange += ["members[1]/jobs", "members[1]/jobs[21]/wage", "members/jobs[1]/wage", "members[1]/jobs[2][1]/wage"]
    return st.sampled_from(known * 3 + strange)


def answer_sets(definition: Definition) -> st.SearchStrategy[dict[str, object]]:
    return st.dictionaries(paths(definition) | st.text(max_size=12), ANSWERS, max_size=20)
