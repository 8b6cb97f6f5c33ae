"""Do the rows of attached papers say what the log says of them? Asked by ``chains``, application by application."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from routing.domain.papers import digest_of


def paper_problems(
    key: bytes, rows: Sequence[Any], said: Sequence[tuple[int, Mapping[str, Any]]]
) -> Iterator[tuple[int, str]]:
    """As (entry, what is wrong); ``said``: every entry of the application that attached a paper, with its body."""
    there = {row.no: row for row in rows}
    for seq, body in said:
        row = there.pop(body.get("attachment"), None)
        if row is None:
            yield seq, "the paper this entry attached is not in the books any more"
        elif _told(key, row) != {name: body.get(name) for name in ("requirement", "media_type", "bytes", "digest")}:
            yield seq, "the paper in the books is not the one this entry attached"
    for no in there:
        yield (said[-1][0] if said else 1), f"paper {no} is in the books and no entry attached it"


def _told(key: bytes, row: Any) -> dict[str, Any]:
    return {
        "requirement": row.requirement,
        "media_type": row.media_type,
        "bytes": row.bytes,
        "digest": digest_of(key, row.sha256),
    }
