"""Answers kept for requests that come again are forgotten once nobody can be asking for them any more."""

from __future__ import annotations

from datetime import timedelta

from routing.office import Office

#: How long an answer is kept. Whoever was cut off asks again within minutes; a long weekend passes, too.
KEPT_FOR = timedelta(days=7)


def forget_answers(office: Office) -> int:
    """Forgets answers older than a week; how many."""
    with office.transaction() as tx:
        return tx.answers.forget_before(office.now() - KEPT_FOR)
