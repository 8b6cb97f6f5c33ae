"""A log of as many entries as are asked for, with true chains: one application's way, told again under other numbers.

The way is walked by the office itself, from the counter to the hand-over. Nothing personal belongs to it, so that only
the number, the hashes and the key differ from application to application.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence

from routing.actions.decide import decide
from routing.actions.deliver import deliver
from routing.domain.audit_chain import GENESIS, link
from routing.domain.decision import Decision
from routing.office import Office
from routing.storage.throwaway import Row, Rows, pour, rows_of_application
from routing.vault.personal_data import Vault
from workers.bench.clerk import WAY
from workers.bench.ground import Ground
from workers.bench.many_open import fill
from workers.bench.measurement import Tell

#: Applications in one transaction; on SQLite one transaction holds up everybody else, of whom there are none here.
_AT_ONCE = 5_000
#: The tables in which an application of this kind has rows, those that others refer to first.
TABLES = ("applications", "application_keys", "visits", "clock_intervals", "notices", "audit_entries")


def fill_log(office: Office, ground: Ground, entries: int, tell: Tell) -> int:
    """Writes applications until there are so many entries; how many there are then."""
    application = _walked(office, ground)
    told = {table: rows_of_application(office.database, table, application) for table in TABLES}
    with office.reading() as connection:
        vault = office.vault(connection)
    count = -(-entries // len(told["audit_entries"]))
    first = application + 1
    for start in range(first, first + count - 1, _AT_ONCE):
        copies = range(start, min(start + _AT_ONCE, first + count - 1))
        pour(office.database, _copied(told, vault, copies))
        tell(f"{(copies[-1] - application + 1) * len(told['audit_entries'])} entries written.")
    return count * len(told["audit_entries"])


def _walked(office: Office, ground: Ground) -> int:
    """The id of an application that has gone all its way."""
    ((number,),) = fill(office, 1, person_id=ground.people[0, "register"])
    with office.transaction() as tx:
        (document,) = tx.applications_numbered([number])
    for place, (step, decision) in enumerate(WAY):
        deliver(office, [(document.id, 2 + place)])
        said = Decision(decision=decision, visit=2 + place, seen_version=None)
        decide(office, number, said, person_id=ground.people[0, step])
    return document.id


def _copied(told: Mapping[str, Rows], vault: Vault, copies: Sequence[int]) -> Iterator[tuple[str, list[Row]]]:
    """The rows of so many more, table by table."""
    number = str(told["applications"][0]["number"])
    chains = {copy: list(_chained(told["audit_entries"], number, copy)) for copy in copies}
    for table in TABLES:
        rows: list[Row] = []
        for copy in copies:
            if table == "audit_entries":
                rows += chains[copy]
                continue
            own: Row = {"application_id": copy}
            if table == "applications":
                head = chains[copy][-1]["hash"]
                own = {"id": copy, "number": _number(copy), "tracking_code": f"B{copy}", "chain_head": head}
            elif table == "application_keys":
                own["wrapped"] = vault.wrap(vault.new_key(copy, secrets.token_bytes(32)))
            rows += [row | own for row in told[table]]
        yield table, rows


def _chained(entries: Rows, number: str, copy: int) -> Iterator[Row]:
    was, now, previous = f'"{number}"'.encode(), f'"{_number(copy)}"'.encode(), GENESIS
    for entry in entries:
        body = entry["body"].replace(was, now)
        previous = link(previous, body)
        yield entry | {"application_id": copy, "body": body, "hash": previous}


def _number(copy: int) -> str:
    return f"BENCH-{copy}"
