"""The typed index of synced records: rows for the office's tables, made from a record's fields by the columns' names."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Date

from identity.duplicates import number_key
from server.adapters.vault import Vault
from server.models.base import Base, UtcDateTime
from server.models.index import INDEX
from sync.canonical import moment

Fields = Mapping[str, Any]


def index_rows(
    vault: Vault, live: Iterable[tuple[str, str, str, Fields]]
) -> Iterator[tuple[type[Base], list[dict[str, Any]]]]:
    """Make the index rows of (type, id, bucket, fields), grouped by table; types without a table have none."""
    grouped: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for record_type, record_id, bucket, fields in live:
        if record_type in INDEX:
            row = {"id": record_id, "bucket": bucket, **_columns(INDEX[record_type], fields)}
            if record_type in DERIVED:
                row.update(DERIVED[record_type](vault, fields))
            grouped[record_type].append(row)
    for record_type, rows in grouped.items():
        yield INDEX[record_type], rows


def _columns(model: type[Base], fields: Fields) -> dict[str, Any]:
    return {
        column.name: _typed(column.type, fields.get(column.name))
        for column in model.__table__.columns
        if column.name not in ("id", "bucket")
    }


def _typed(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, Date):
        return date.fromisoformat(value)
    if isinstance(kind, UtcDateTime):
        return moment(value)
    return value


def _person(vault: Vault, fields: Fields) -> dict[str, Any]:
    number = number_key(fields.get("id_number"))
    return {"id_number_hash": vault.lookup_hash(number) if number else None}


DERIVED: Mapping[str, Callable[[Vault, Fields], dict[str, Any]]] = {"person": _person}
