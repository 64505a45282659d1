import pytest

from forms.answers import is_id_number


@pytest.mark.parametrize("text", ["11010519491231002X", "440524188001010014", "990101200002290011"])
def test_a_well_formed_identity_number_is_taken(text):
    assert is_id_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "110105194912310021",  # another check digit
        "11010519491231002x",
        "990101200102290019",  # the check digit is right, but there was no such day
        "11010519491231002",
        "１１０１０５１９４９１２３１００２Ｘ",
        "",
    ],
)
def test_an_identity_number_with_a_slip_is_refused(text):
    assert not is_id_number(text)
