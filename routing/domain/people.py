"""Who may do what: the one ``may`` that pages, API, command line and the deciding transaction all ask.

Rights come from assignments (a role, at a desk or in the whole office, from a day to a day), never from an account.
Nobody both decides and reads the log as its auditor: roles of the whole office hold no desk.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from routing.domain.acting import Acting
from routing.domain.errors import NotAllowed
from routing.domain.phrases import Phrase

#: Reads the whole log and decides nothing.
AUDITOR = "auditor"
#: Keeps accounts and the working calendar, publishes workflows; holds no desk.
ADMINISTRATOR = "administrator"
#: Watches every queue and decides nothing by that.
MANAGER = "manager"
#: Watches over a desk, and is told when its time runs out; decides nothing by that.
SUPERVISOR = "supervisor"

#: Roles that are held in the whole office, not at a desk.
OFFICE_ROLES = frozenset({AUDITOR, ADMINISTRATOR, MANAGER})


class Action(StrEnum):
    """What somebody can want to do."""

    REGISTER = "register"
    CLAIM = "claim"
    #: take a document from a holder who is away
    RELEASE = "release"
    DECIDE = "decide"
    WITHDRAW = "withdraw"
    ATTACH = "attach papers"
    SEE_QUEUE = "see the queue"
    SEE_APPLICATION = "see the application"
    SEE_PARTICULARS = "see who applies"
    SEE_AUDIT_LOG = "see the audit log"
    SEE_SIGNALS = "see the integrity signals"
    ANSWER_SIGNAL = "answer an integrity signal"
    SEE_ORPHANS = "see what nobody can move"
    MANAGE_PEOPLE = "manage accounts"
    GRANT_PAUSE = "grant a pause"
    KEEP_CALENDAR = "keep the working calendar"
    ERASE = "erase personal data"
    BEGIN_INCARNATION = "begin the log anew"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """A role somebody holds, from ``since`` until before ``until``."""

    role: str
    #: None: in the whole office
    desk: str | None = None
    since: datetime
    until: datetime | None = None
    #: by which letter they stand in for somebody; None: in their own right
    acting: Acting | None = None

    def holds_at(self, at: datetime) -> bool:
        """Whether it is in force at that moment."""
        return self.since <= at and (self.until is None or at < self.until)

    def meets(self, since: datetime, until: datetime | None) -> bool:
        """Whether it is in force at some moment of that time."""
        return (until is None or self.since < until) and (self.until is None or since < self.until)

    def covers(self, other: Assignment) -> bool:
        """Whether whoever holds it has nothing to gain by the other one."""
        is_same = (self.role, self.desk, self.acting) == (other.role, other.desk, other.acting)
        lasts = self.until is None or (other.until is not None and other.until <= self.until)
        return is_same and self.since <= other.since and lasts


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """An account: somebody of the office, or a resource of an imported log (who never signs in)."""

    id: int
    code: str
    name: str
    #: the log this account came from; None: the office's own
    source: str | None = None
    is_closed: bool = False
    assignments: tuple[Assignment, ...] = ()
    #: keyed index of their own NIK, so that nobody handles their own application; None: not known
    nik_index: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """A session in force; the cookie's secret itself is not kept."""

    token_hash: str
    person_id: int
    form_token: str
    started_at: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an action would happen: these desks (none: the whole office), open to these roles (none: to any)."""

    desks: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()


#: The whole office.
OFFICE = Place()

_AT_A_DESK = frozenset({Action.REGISTER, Action.CLAIM, Action.RELEASE, Action.DECIDE, Action.WITHDRAW, Action.ATTACH})
_WHOLE_OFFICE = {
    Action.SEE_AUDIT_LOG: frozenset({AUDITOR}),
    # Whoever answers has to see what is asked; the head is told of what the auditor reads.
    Action.SEE_SIGNALS: frozenset({AUDITOR, MANAGER}),
    Action.ANSWER_SIGNAL: frozenset({AUDITOR, MANAGER}),
    Action.MANAGE_PEOPLE: frozenset({ADMINISTRATOR}),
    Action.KEEP_CALENDAR: frozenset({ADMINISTRATOR}),
    Action.ERASE: frozenset({ADMINISTRATOR}),
    Action.BEGIN_INCARNATION: frozenset({ADMINISTRATOR, AUDITOR}),
    Action.GRANT_PAUSE: frozenset({MANAGER}),
    Action.SEE_QUEUE: frozenset({MANAGER}),
    Action.SEE_ORPHANS: frozenset({MANAGER, AUDITOR, ADMINISTRATOR}),
    Action.RELEASE: frozenset({MANAGER}),
    Action.SEE_APPLICATION: frozenset({AUDITOR, MANAGER}),
}


def may(person: Person, action: Action, place: Place, at: datetime) -> Assignment | None:
    """The assignment by which the person may, or None.

    Acting at a desk takes one of the place's roles at one of its desks. Seeing a desk's queue, or who applies, takes
    any role there; an application itself is seen by everybody who holds some desk.
    """
    if person.is_closed:
        return None
    found = None
    for assignment in person.assignments:
        if assignment.holds_at(at) and _allows(assignment, action, place):
            if assignment.acting is None:
                return assignment
            # Whoever holds it in their own right, too, does not act for anybody.
            found = found or assignment
    return found


def require(person: Person, action: Action, place: Place, at: datetime) -> Assignment:
    """As ``may``, but raises ``NotAllowed``, naming the roles it takes."""
    assignment = may(person, action, place, at)
    if assignment is None:
        roles = place.roles or tuple(sorted(_WHOLE_OFFICE.get(action, ())))
        raise NotAllowed(
            person=person.code,
            action=Phrase(action.value),
            thing=", ".join(place.desks) or Phrase("this office"),
            roles=" / ".join(roles) or Phrase("of that desk"),
        )
    return assignment


def _allows(assignment: Assignment, action: Action, place: Place) -> bool:
    if assignment.role in _WHOLE_OFFICE.get(action, ()):
        return True
    if assignment.desk is None or assignment.role in OFFICE_ROLES:
        return False
    if action is Action.SEE_APPLICATION:
        return True
    if action in _AT_A_DESK:
        is_here = assignment.desk in place.desks and assignment.role in place.roles
        return is_here and assignment.role != SUPERVISOR
    return action in (Action.SEE_QUEUE, Action.SEE_PARTICULARS) and assignment.desk in place.desks
