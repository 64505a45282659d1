"""What an identity card says beside what the register says: read on this device, compared by the worker, proposed if they differ.

The photograph is read and forgotten. Nothing is changed here: `households.propose` takes what the worker confirmed.
"""

from dataclasses import dataclass

from field_client import overlay
from field_client.clock import Clock
from field_client.errors import FieldError
from field_client.store import Store

READ = ("name", "sex", "ethnicity", "birth_date", "id_number")  # the address on a card is where somebody was registered


@dataclass(frozen=True)
class Compared:
    """One field: what stands in the register, what was read, and whether to look at the card twice."""

    field: str
    register: str
    card: str
    is_doubtful: bool

    @property
    def differs(self) -> bool:
        """Tell whether the card says something, and something else."""
        return bool(self.card) and self.card != self.register


def beside_register(store: Store, clock: Clock, person_id: str, photo: bytes) -> list[Compared]:
    """Read the front of a card and lay it beside a person's entry.

    Raises FieldError("person.unknown"), or a `card.` code that says why nothing was read.
    """
    from identity.card import CardUnreadable, read_card  # The reader's libraries are loaded only for a card.

    person = overlay.one(store, "person", person_id)
    if person is None:
        raise FieldError("person.unknown")
    try:
        card = read_card(photo, today=store.rule_day(clock))
    except CardUnreadable as error:
        raise FieldError(CODES.get(error.code, "card.photo")) from None
    return [
        Compared(name, str(person.fields.get(name) or ""), getattr(card, name), name in card.doubtful) for name in READ
    ]


CODES = {"card_reader_missing": "card.reader_missing", "card_not_seen": "card.not_seen"}
