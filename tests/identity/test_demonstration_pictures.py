"""The demonstration's portraits are one person's, and each shows one face: `make demo` and the browser tests rest on it."""

from pathlib import Path

import pytest

from identity.compare import compare

pytest.importorskip("skimage", reason="needs scikit-image, whose photographs the portraits are made of")


def test_the_person_at_the_door_is_the_one_on_the_card_and_nobody_else(tmp_path: Path) -> None:
    from demo import pictures

    card, live, other = (path.read_bytes() for path in pictures.portraits(tmp_path))
    found = compare(card, [live])
    assert (str(found.outcome), "two_faces" in found.reasons) == ("match", False)
    assert str(compare(card, [other]).outcome) != "match"
