"""What can go wrong in an exchange, in the protocol's words. The two ends map these codes to what their users read."""


class SyncError(ValueError):
    """A message or record that breaks the protocol; `code` is stable, `detail` names the place and never a person."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


class Malformed(SyncError):
    """Bytes that are no message of this protocol."""


class NotCanonical(SyncError):
    """A value that has no single byte form, such as a float."""


class Untrusted(SyncError):
    """A seal or receipt whose signature, hash or chain does not hold."""
