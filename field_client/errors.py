"""What the field client refuses, as values: a stable code, and the facts that its sentence needs.

The sentences are in `messages`; the exit codes follow from the class. Details never name a person.
"""

from typing import Any

from field_client import messages


class FieldError(Exception):
    """A refusal that the user can read and act on; nothing was half-done."""

    exit_code = 1

    def __init__(self, code: str, **details: Any) -> None:
        super().__init__(code)
        self.code = code
        self.details = details

    @property
    def message(self) -> str:
        """The sentence for the user, with the next step."""
        return messages.text(self.code, **self.details)


class NoConnection(FieldError):
    """The office cannot be reached now, or asks to wait; nothing is lost, and trying later is always safe.

    `after_s` is in how many seconds the office asked us to come again; 0 where it said nothing of that.
    """

    exit_code = 3

    def __init__(self, code: str, *, after_s: int = 0) -> None:
        super().__init__(code)
        self.after_s = after_s

    @property
    def message(self) -> str:
        """The sentence for the user, with when to come again where the office said so."""
        return super().message + (
            messages.text("server.again", wait=messages.span(self.after_s)) if self.after_s else ""
        )


class BudgetSpent(FieldError):
    """The next bytes would pass the limit that the user set; what was done until then counts."""

    exit_code = 0

    def __init__(self) -> None:
        super().__init__("budget.spent")


class ServerRefused(FieldError):
    """The office understood and said no. `status` is HTTP's; the sentence is the office's own where it gave one."""

    def __init__(self, code: str, *, status: int, title: str = "", detail: str = "") -> None:
        super().__init__(code, title=title, detail=detail)
        self.status = status

    @property
    def message(self) -> str:
        """The sentence for the user: ours for a code that we know, else the office's title and detail."""
        if self.code in messages.SENTENCES:
            return messages.text(self.code)
        words = [self.details[name].rstrip("。") for name in ("title", "detail") if self.details[name]]
        return "。".join(words) + "。" if words else messages.text("server.refused", code=self.code)
