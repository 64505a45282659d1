"""The stand-in's office: takes queries in, answers them, and does wrong on demand. The same query gives the same answer.

A fault is asked for by a line in `FOLDER/faults`: "busy 2" (the next two requests), "slow 1", "signature 1", "half 1",
"refuse 1", "forget 1" (does not know the query), "wait 1" (not answered yet), "corrected 1" (says something else).
"""

import threading
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from departments import circumstances
from departments.envelope import pack

LOOKED_AT = "2026-07-06T02:00:00.000Z"
FAULTS = frozenset({"busy", "slow", "signature", "half", "refuse", "forget", "wait", "corrected"})


@dataclass
class Office:
    """The queries that came in, the shared key, and the folder of its faults."""

    folder: Path
    key: bytes
    queries: dict[str, dict[str, Any]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, query: dict[str, Any]) -> None:
        """Take a query in; one that is here already stays as it is."""
        self.queries.setdefault(query["id"], query)

    def answer(self, query: dict[str, Any]) -> bytes:
        """Write the answer to a query, wrongly where that was asked for."""
        message: dict[str, Any] = {"id": query["id"], "source": query["source"], "queried_at": LOOKED_AT}
        if self.errs("refuse"):
            return pack({**message, "refused": "not_in_charge"}, self.key)
        items = [item for subject in query["subjects"] for item in circumstances.told(query["source"], subject)]
        if query.get("doubts") and self.errs("corrected"):
            items = []
        content = pack({**message, "items": items}, self.key)
        if self.errs("signature"):
            content = pack({**message, "items": items}, b"another key of thirty-two bytes.")
        return content[: len(content) // 2] if self.errs("half") else content

    def errs(self, fault: str) -> bool:
        """Tell whether to do this wrong now, and count it."""
        with self._lock:
            path = self.folder / "faults"
            if not path.exists():
                return False
            asked = Counter({name: int(count) for name, count in map(str.split, path.read_text().splitlines())})
            if asked[fault] < 1:
                return False
            asked[fault] -= 1
            path.write_text("".join(f"{name} {count}\n" for name, count in asked.items() if count > 0))
            return True
