"""identity/template.py: a kept reference is the mean of a few, opens for its owner alone, and dies with its key."""

import numpy as np
import pytest

from identity.compare import compare
from identity.template import MOST_VECTORS, Template, TemplateBroken, new_key, seal, unseal

MODEL = "resnet29-v1:55533b28a958"


@pytest.fixture(scope="module")
def kept(engine, astronaut_photo):
    return Template((engine.encode(engine.look(astronaut_photo)),), engine.info.model_version)


def test_the_newest_three_count():
    template = Template((np.zeros(128),), MODEL)
    for number in range(1, 5):
        template = template.with_vector(np.full(128, float(number)))
    assert len(template.vectors) == MOST_VECTORS
    assert template.vector[0] == 3.0


def test_what_was_sealed_opens_and_is_small(kept):
    key = new_key()
    sealed = seal(kept, key, "person-1")
    opened = unseal(sealed, key, "person-1", model_version=kept.model_version)
    assert np.linalg.norm(opened.vector - kept.vector) < 1e-3
    assert len(sealed) == 284


@pytest.mark.parametrize(
    ("owner", "model"), [("person-2", MODEL), ("person-1", "another-model")], ids=["another person", "another engine"]
)
def test_it_opens_for_its_owner_and_engine_alone(kept, owner, model):
    key = new_key()
    with pytest.raises(TemplateBroken):
        unseal(seal(kept, key, "person-1"), key, owner, model_version=model)


def test_without_its_key_it_is_nothing(kept):
    with pytest.raises(TemplateBroken):
        unseal(seal(kept, new_key(), "person-1"), new_key(), "person-1", model_version=MODEL)


@pytest.mark.parametrize("sealed", [b"", b"short", bytes(284)])
def test_altered_bytes_do_not_open(sealed):
    with pytest.raises(TemplateBroken):
        unseal(sealed, new_key(), "person-1", model_version=MODEL)


def test_a_kept_reference_is_compared_like_a_card(engine, kept, astronaut_photo, hopper):
    assert compare(kept, [astronaut_photo], engine=engine).outcome == "match"
    assert compare(kept, [hopper], engine=engine).outcome == "no_match"


def test_a_reference_of_another_engine_is_never_compared(engine, kept, astronaut_photo):
    old = Template(kept.vectors, "another-model")
    verdict = compare(old, [astronaut_photo], engine=engine)
    assert (verdict.outcome, verdict.reasons) == ("not_possible", ("reference_outdated",))


def test_it_is_not_shown_where_objects_are_printed(kept):
    assert str(float(kept.vector[0]))[:6] not in repr(kept)
