"""Do the marks, the notices and a deemed approval in the books say what the log says? Asked by ``chains``, one by one.

They are what an auditor is shown without searching: whoever takes a mark away hides a move that the log still tells of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from routing.domain.notices import OBSTACLE

#: An entry as its bytes say it.
Said = Mapping[str, Any]


def told_problems(
    application: Any, marks: Sequence[Any], notices: Sequence[Any], said: Sequence[Said]
) -> Iterator[tuple[int, str]]:
    """As (entry, what is wrong); ``said``: the application's entries, the others: its rows in the books."""
    try:
        found = [
            *_mark_problems(marks, said),
            *_notice_problems(notices, said),
            *_deemed_problems(application.deemed_at, said),
        ]
    except (LookupError, TypeError, ValueError) as error:
        # Whoever could rewrite the whole chain could write anything into it.
        found = [(len(said), f"marks and notices cannot be told from the log: {type(error).__name__}")]
    yield from found


def _mark_problems(rows: Sequence[Any], said: Sequence[Said]) -> Iterator[tuple[int, str]]:
    in_log = {
        (body["seq"], mark): datetime.fromisoformat(body["at"]) for body in said for mark in body.get("marks") or ()
    }
    in_books = {(row.seq, row.mark): row.at for row in rows}
    for (seq, mark), at in in_log.items():
        if (seq, mark) not in in_books:
            yield seq, f'the mark "{mark}" that this entry set is gone'
        elif in_books[seq, mark] != at:
            yield seq, f'the mark "{mark}" is of another moment than the entry that set it'
    for seq, mark in in_books.keys() - in_log.keys():
        yield seq, f'no entry set the mark "{mark}"'


def _deemed_problems(deemed_at: datetime | None, said: Sequence[Said]) -> Iterator[tuple[int, str]]:
    """The moment at which the law deemed it granted."""
    told = next(((body["seq"], body.get("due")) for body in said if body["kind"] == "deemed"), None)
    seq, due = told or (len(said), None)
    by_log = datetime.fromisoformat(due) if isinstance(due, str) else None
    if deemed_at != by_log:
        yield seq, f"it is deemed granted {_moment(deemed_at)} in the books, by the log {_moment(by_log)}"


def _notice_problems(rows: Sequence[Any], said: Sequence[Said]) -> Iterator[tuple[int, str]]:
    """Who was told of what is due, and of obstacles.

    An entry names the levels and those who were told, not which of them each was told; so these are compared as they
    stand together.
    """
    log, books = _told_in_log(said), _told_in_books(rows)
    for about, told in log.items():
        there = books.pop(about, _Told(seq=told.seq))
        if told.words - there.words:
            yield told.seq, f"a notice this entry gave is gone: {', '.join(sorted(told.words - there.words))}"
        elif there.words - told.words:
            yield told.seq, f"no entry gave this notice: {', '.join(sorted(there.words - told.words))}"
        elif there.moments - told.moments:
            yield told.seq, "a notice is of another moment than the entry that gave it"
    for told in books.values():
        yield len(said), f"no entry gave this notice: {', '.join(sorted(told.words))}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What was said about one thing: levels, addressees, and when."""

    #: the first entry that tells of it; 0: none
    seq: int = 0
    words: set[str] = field(default_factory=set)
    moments: set[datetime] = field(default_factory=set)


#: What is told of: its name, and when it was due; None: what an obstacle delays is in no entry.
_About = tuple[str, datetime | None]


def _told_in_log(said: Sequence[Said]) -> dict[_About, _Told]:
    found: dict[_About, _Told] = {}
    for body in said:
        if "told" in body:
            about: _About = (body["about"], datetime.fromisoformat(body["due"]))
            words = {*body["levels"], *body["told"]}
        elif "notified" in body:
            about, words = (str(body["visit"]), None), {OBSTACLE, *body["notified"]}
        else:
            continue
        told = found.setdefault(about, _Told(seq=body["seq"]))
        told.words.update(words)
        told.moments.add(datetime.fromisoformat(body["at"]))
    return found


def _told_in_books(rows: Sequence[Any]) -> dict[_About, _Told]:
    found: dict[_About, _Told] = {}
    for row in rows:
        told = found.setdefault((row.about, None if row.level == OBSTACLE else row.due), _Told())
        told.words.update((row.level, row.addressee))
        told.moments.add(row.at)
    return found


def _moment(at: datetime | None) -> str:
    return at.isoformat() if at is not None else "never"
