"""Opens the accounts of a try-out mall, with one password: somebody decides at every desk of every service.

The services one tries first have a person a desk, with a name; at the desks of all others one account a role decides,
but where opinions have to be those of several people.

Only for a data folder that was begun with ``--demo``: an account somebody else made is never touched.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from routing.domain.errors import AlreadyThere
from routing.domain.identifiers import CROCKFORD
from routing.domain.people import ADMINISTRATOR, AUDITOR, MANAGER, OFFICE_ROLES, SUPERVISOR, Assignment
from routing.domain.phrases import Phrase
from routing.domain.workflow import Step, Workflow
from routing.office import Office
from routing.storage.transaction import Transaction
from routing.vault.passwords import hash_password, password_fits

#: Lies in the data folder, so that every start prints the same password.
PASSWORD_FILE = "demo-password"  # noqa: S105 - a file's name

_WHO = (
    ("ida", "Ida Ayu Lestari", "front-desk", "loket-pendaftaran"),
    ("omar", "Omar Hidayat", "verifier", "verifikasi"),
    ("sari", "Sari Wulandari", "technical-officer", "dinas-kesehatan"),
    ("wayan", "Wayan Suardana", "licensing-analyst", "penomoran"),
    ("ratna", "Ratna Dewanti", "head-of-office", "kepala-dinas"),
    ("dewi", "Dewi Anggraini", "back-office", "pengecekan-sk"),
    ("budi", "Budi Santoso", "hand-over-officer", "loket-penyerahan"),
    ("yudi", "Yudi Kurniawan", "back-office", "jadwal-survei"),
    ("dedi", "Dedi Irawan", "technical-officer", "pupr"),
    ("tini", "Tini Rahayu", "technical-officer", "dishub"),
    ("jodi", "Jodi Susilo", "technical-officer", "bapenda"),
    ("putu", "Putu Ariani", "technical-officer", "satpol-pp"),
    ("lina", "Lina Marlina", "team-coordinator", "koordinator-tim"),
    ("eko", "Eko Wahyudi", "treasurer", "loket-pembayaran"),
    ("nia", "Nia Kurnia", "oss-assistant", "asistensi-oss"),
    ("adit", "Aditya Nugraha", "oss-assistant", "sistem-oss"),
    ("agus", "Agus Prasetyo", AUDITOR, None),
    ("rina", "Rina Kusuma", ADMINISTRATOR, None),
    ("hari", "Hari Nugroho", MANAGER, None),
)
#: Whose time runs out is told to somebody at these desks.
_SUPERVISED = ("loket-pendaftaran", "verifikasi", "dinas-kesehatan", "penomoran")


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoAccount:
    """Somebody one can sign in as to try the mall out."""

    code: str
    name: str
    password: str
    role: str
    #: empty: in the whole office
    desks: tuple[str, ...]


def open_demo(office: Office) -> tuple[DemoAccount, ...]:
    """The demo accounts, made where they are missing and given a seat at desks that came later.

    Who would sit at a desk this office does not have is left out. Raises AlreadyThere where a mall that was not begun
    as a demo has an account of the same code.
    """
    file = office.settings.data / PASSWORD_FILE
    password, is_new = _password(file)
    # One hash for all: the password is the same, and ten hashes would cost a quarter of a second at every start.
    hashed = hash_password(password)
    with _taken_back(file, is_new=is_new), office.transaction() as tx:
        desks = tx.published.desk_codes()
        named = [
            DemoAccount(code=code, name=name, password=password, role=role, desks=(desk,) if desk is not None else ())
            for code, name, role, desk in _WHO
            if desk in desks or role in OFFICE_ROLES
        ]
        taken = {(account.role, desk) for account in named for desk in account.desks}
        steps = [step for workflow in _workflows(office, tx) for step in workflow.steps.values()]
        apart = {place for step in steps if _wants_several_people(step) for place in _places(step)} - taken
        rest = {place for step in steps for place in _places(step)} - taken - apart
        seats = tuple(desk for desk in _SUPERVISED if desk in desks)
        over_them = DemoAccount(code="gita", name="Gita Pramesti", password=password, role=SUPERVISOR, desks=seats)
        supervisors = [over_them] if seats else []
        accounts = [*named, *supervisors, *_one_each(apart, password), *_for_the_rest(rest, password)]
        fits: dict[str | None, bool] = {}
        for account in accounts:
            _open(office, tx, account, hashed, fits, may_exist=not is_new)
        if is_new:
            # Before the commit: accounts whose password nobody knows would be taken for somebody else's.
            _keep(file, password)
    return tuple(accounts)


def _workflows(office: Office, tx: Transaction) -> Iterator[Workflow]:
    """The services in force that nobody took from a log."""
    for version in tx.published.in_force().values():
        workflow = office.rule_book(version, tx).workflow
        if workflow.imported_from is None:
            yield workflow


def _places(step: Step) -> set[tuple[str, str]]:
    """Every role at every desk that the step asks for."""
    roles = {*step.roles, *(role for rule in step.decisions.values() for role in rule.roles)}
    return {(role, desk) for role in roles for desk in step.every_desk}


def _wants_several_people(step: Step) -> bool:
    """Whether nobody gives two of its opinions."""
    return any(rule.opinion and rule.not_by for rule in step.decisions.values())


def _one_each(places: set[tuple[str, str]], password: str) -> Iterator[DemoAccount]:
    """An account a desk."""
    for role, desk in sorted(places):
        name = f"{role.replace('-', ' ').capitalize()} ({desk})"
        yield DemoAccount(code=f"{role}-{desk}", name=name, password=password, role=role, desks=(desk,))


def _for_the_rest(places: set[tuple[str, str]], password: str) -> Iterator[DemoAccount]:
    """An account a role, called as the role is, at all desks that nobody else has."""
    for role in sorted({role for role, _ in places}):
        desks = tuple(sorted(desk for other, desk in places if other == role))
        yield DemoAccount(
            code=role, name=role.replace("-", " ").capitalize(), password=password, role=role, desks=desks
        )


def _open(
    office: Office,
    tx: Transaction,
    account: DemoAccount,
    hashed: str,
    fits: dict[str | None, bool],
    *,
    may_exist: bool,
) -> None:
    person = tx.people.with_code(account.code)
    if person is not None and not may_exist:
        raise AlreadyThere(thing=Phrase("Account"), name=account.code)
    now = office.now()
    if person is None:
        person_id = tx.people.insert(code=account.code, name=account.name, source=None, at=now)
    else:
        person_id = person.id
    # What was ever held stays as somebody left it: only desks of services that came later are added.
    known = {(one.role, one.desk) for one in person.assignments} if person is not None else set()
    desks: tuple[str | None, ...] = account.desks or (None,)
    new = [desk for desk in desks if (account.role, desk) not in known]
    tx.people.assign(person_id, [Assignment(role=account.role, desk=desk, since=now) for desk in new])
    stored = tx.people.password_hash(person_id)
    if stored not in fits:
        fits[stored] = password_fits(stored, account.password) if stored is not None else False
    # Setting it ends the account's sessions, so it is only set where the printed one would not work.
    if not fits[stored]:
        tx.people.set_password(person_id, hashed)


def _password(path: Path) -> tuple[str, bool]:
    """The password of this data folder, and whether it was made just now."""
    if path.is_file():
        return path.read_text(encoding="ascii").strip(), False
    drawn = "".join(secrets.choice(CROCKFORD) for _ in range(12)).lower()
    return "-".join(drawn[at : at + 4] for at in range(0, len(drawn), 4)), True


def _keep(path: Path, password: str) -> None:
    """For the owner's eyes only, from the first byte on, and whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    half = path.with_name(path.name + ".part")
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(password + "\n")
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)


@contextmanager
def _taken_back(path: Path, *, is_new: bool) -> Iterator[None]:
    """A new password whose accounts were not committed is forgotten: the file would make a real office a demo."""
    try:
        yield
    except Exception:
        if is_new:
            path.unlink(missing_ok=True)
        raise
