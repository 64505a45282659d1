"""A form that is followed answer by answer in one process says what it says when it is read anew."""

import gc
import weakref
from dataclasses import replace
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from field_client import states
from field_client.filling import Filling
from tests.forms.generated import forms
from tests.forms.sheets import TODAY, ask, make_form
from tests.forms.strategies import ANSWERS, paths
from tests.forms.test_agreement import FACTS

SLOW = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
DRAFTS = count()
FORM = make_form(ask("integer", "a"), ask("calculate", "b", calculation="${a} + 1"))


def of_draft(name: str) -> weakref.ref[object]:
    """Ask what the form says to a draft; gives it as long as anybody keeps it."""
    return weakref.ref(Filling(FORM, {"a": 1}, TODAY, draft=name).state)


@given(st.data())
@SLOW
def test_a_draft_that_is_followed_is_as_one_that_is_read_anew(data: st.DataObject) -> None:
    form = data.draw(forms())
    anew = Filling.begun(form, FACTS, TODAY)
    followed = replace(anew, draft=f"draft-{next(DRAFTS)}", language=data.draw(st.sampled_from(["", "en"])))
    anew = replace(anew, language=followed.language)
    for path, answer in data.draw(st.lists(st.tuples(paths(form), ANSWERS), max_size=8)):
        answers = {**anew.answers, path: answer}
        followed, anew = followed.having(answers), anew.having(answers)
        assert repr(followed.answers) == repr(anew.answers)
        assert followed.findings() == anew.findings()
    assert repr(followed.sections()) == repr(anew.sections())
    assert repr(followed.sealed().answers) == repr(anew.sealed().answers)
    assert repr(followed.register_defaults()) == repr(anew.register_defaults())


def test_another_day_or_other_facts_begin_anew() -> None:
    form = make_form(ask("calculate", "a", calculation="concat(today(), pulldata('household', 'size'))"))
    first = Filling(form, {}, TODAY, {"household": {"size": 3}}, draft="d")
    assert first.state.values["a"] == "2026-07-013"
    assert replace(first, facts={"household": {"size": 4}}).state.values["a"] == "2026-07-014"
    assert replace(first, today=TODAY.replace(day=2)).state.values["a"] == "2026-07-023"


def test_only_so_many_drafts_are_kept() -> None:
    first = of_draft("first")
    assert first() is not None
    for number in range(states.MOST):
        of_draft(f"later {number}")
    gc.collect()
    assert first() is None
