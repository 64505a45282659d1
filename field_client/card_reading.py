"""What an identity card says beside what the register says: read on this device or typed, compared by the worker, proposed.

The photograph is read and forgotten. Nothing is changed here: `households.propose` takes what the worker confirmed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from field_client import overlay
from field_client.clock import Clock
from field_client.errors import FieldError
from field_client.store import Store
from identity.resident_id import Refusal, mask, parse

if TYPE_CHECKING:  # The reader's libraries are loaded only for a card.
    from identity.card_text import Card

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

    @property
    def shown(self) -> str:
        """What the register says, as it may stand on a page."""
        return mask(self.register) if self.field == "id_number" else self.register


def is_available() -> bool:
    """Tell whether cards can be read here; otherwise the worker types."""
    from identity.card import is_available as is_installed

    return is_installed()


def read(store: Store, clock: Clock, photo: bytes) -> "Card":
    """Read the front of a card; about a second. Raises FieldError with a `card.` code that says why nothing was read."""
    from identity.card import CardUnreadable, read_card

    try:
        return read_card(photo, today=store.rule_day(clock))
    except CardUnreadable as error:
        raise FieldError(CODES.get(error.code, "card.photo")) from None


def beside_register(store: Store, person_id: str, card: "Card | None") -> list[Compared]:
    """Lay a card beside a person's entry, or nothing where the worker types. Raises FieldError("person.unknown")."""
    person = overlay.one(store, "person", person_id)
    if person is None:
        raise FieldError("person.unknown")
    read = {name: _as_registered(name, str(getattr(card, name, ""))) for name in READ}
    return [
        Compared(
            name,
            _as_registered(name, str(person.fields.get(name) or "")),
            read[name],
            is_doubtful=card is not None and name in card.doubtful,
        )
        for name in READ
    ]


def corrections(store: Store, clock: Clock, person_id: str, confirmed: Mapping[str, str]) -> dict[str, str]:
    """Give what a worker confirmed and the register says otherwise, to be proposed.

    Raises FieldError("person.unknown", "card.number" with what is wrong with a number).
    """
    given = {name: " ".join(confirmed.get(name, "").split()) for name in READ}
    typed = {name: _as_registered(name, text) for name, text in given.items() if text}
    if "id_number" in typed:
        number = parse(typed["id_number"], today=store.rule_day(clock))
        if isinstance(number, Refusal):
            raise FieldError("card.number", why=number.message)
        typed["id_number"] = number.number
    stands = {one.field: one.register for one in beside_register(store, person_id, None)}
    return {name: text for name, text in typed.items() if text != stands[name]}


def _as_registered(name: str, text: str) -> str:
    """Write a value as the register does: a card says 汉 where a register says 汉族 (GB/T 3304)."""
    return f"{text}族" if name == "ethnicity" and text and not text.endswith("族") else text


CODES = {"card_reader_missing": "card.reader_missing", "card_not_seen": "card.not_seen"}
