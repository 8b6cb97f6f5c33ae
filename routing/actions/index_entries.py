"""Follows the log with the index it is searched by: off the way of decisions, a batch a transaction, safe to run twice.

The beat does it every few seconds, and whoever asks the log has it done first, so that an answer is not older than its
question. Who finds another at it does nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from routing.domain.audit_chain import said_in
from routing.domain.entry_facets import IndexState, facets_of
from routing.office import Office
from routing.storage.transaction import Transaction

_AT_ONCE = 2_000
#: So many batches somebody who asks is made to wait for; the rest is the beat's.
_WHILE_ONE_WAITS = 3
#: Entries are looked through from the first to the last this often: nothing should be missing, and nobody would notice.
_SWEEP_EVERY = timedelta(days=1)
#: That nothing is new is written down at most this often.
_KEPT_EVERY = timedelta(seconds=30)


def index_entries(office: Office) -> int:
    """Indexes whatever is not; how many entries that was."""
    with office.transaction() as tx:
        state = tx.entry_index.state()
        is_swept = state.swept_at is not None and office.now() - state.swept_at < _SWEEP_EVERY
        must_sweep = not is_swept or tx.entry_index.is_beyond(state.mark)
    return (_sweep(office) if must_sweep else 0) + sum(counted for counted, _ in _new_batches(office))


def catch_up(office: Office) -> IndexState:
    """The same as far as somebody who waits for an answer can be kept waiting; how far the index is complete."""
    with office.transaction() as tx:
        state, is_empty = tx.entry_index.state(), tx.entry_index.is_empty()
        if state.swept_at is not None and tx.entry_index.is_beyond(state.mark):
            # A database that was restored: what its index lacks, only a look through all entries finds.
            state = replace(state, swept_at=None, complete_at=None)
            tx.entry_index.keep(state)
    if state.swept_at is None and is_empty:
        # A young office has it all in one batch; an old one leaves the rest to the beat.
        _sweep(office, most_batches=1)
    for _, (_, known) in zip(range(_WHILE_ONE_WAITS), _new_batches(office), strict=False):
        state = known
    return state


def build_anew(office: Office) -> int:
    """Throws the index away and makes it anew from the entries; how many they are."""
    with office.transaction() as tx:
        tx.entry_index.forget()
    return index_entries(office)


def _sweep(office: Office, *, most_batches: int | None = None) -> int:
    """Looks through all entries, in the order of their applications."""
    with office.transaction() as tx:
        # Before the first look: all that is over by now, the looks will see.
        mark = tx.entry_index.over()
    after, counted, batches = (0, 0), 0, 0
    while most_batches is None or batches < most_batches:
        with office.transaction() as tx:
            if not tx.entry_index.take_lead():
                return counted
            places = tx.entry_index.stragglers(after, _AT_ONCE)
            _add(office, tx, places)
            counted, batches = counted + len(places), batches + 1
            if len(places) < _AT_ONCE:
                tx.entry_index.keep(replace(tx.entry_index.state(), mark=mark, swept_at=office.now()))
                return counted
            after = places[-1].application_id, places[-1].seq
    return counted


def _new_batches(office: Office) -> Iterator[tuple[int, IndexState]]:
    """Batch after batch of what was written since the mark: how many, and how far the index is complete then."""
    is_full = True
    while is_full:
        with office.transaction() as tx:
            known = tx.entry_index.state()
            if not tx.entry_index.take_lead():
                yield 0, known
                return
            # Before the look: what is committed while it looks may be missed by it.
            now = office.now()
            places, mark = tx.entry_index.new(known.mark, _AT_ONCE)
            _add(office, tx, places)
            is_full = len(places) == _AT_ONCE
            is_complete = not is_full and known.swept_at is not None
            state = replace(known, mark=mark, complete_at=now if is_complete else known.complete_at)
            if places or known.complete_at is None or now - known.complete_at > _KEPT_EVERY:
                tx.entry_index.keep(state)
        yield len(places), state


def _add(office: Office, tx: Transaction, places: list[Any]) -> None:
    if not places:
        return
    rows, reasons = [], []
    for told in tx.entry_index.told(places):
        version = json.loads(bytes(told.gone_over))["workflow_before"] if told.gone_over is not None else told.workflow
        facets = facets_of(said_in(bytes(told.body)), office.rule_book(version, tx).workflow)
        key = {"application_id": told.application_id, "seq": told.seq, "at": told.at}
        columns = {name: getattr(told, name) for name in ("service", "channel", "kind", "desk", "unit", "actor")}
        said = {"decision": facets.decision, "outcome": facets.outcome, "reasons": " ".join(facets.reasons) or None}
        rows.append(key | columns | said)
        reasons += [key | {"reason": one} for one in facets.reasons]
    tx.entry_index.add(rows, reasons)
