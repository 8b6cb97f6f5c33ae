"""An auditor or the head answers an integrity signal: in words, and with what is to follow.

The words are personal data: they are sealed beside the log, whose entry knows their keyed digest alone. A signal is no
state of an application, so answering one leaves it where it is; nothing here asks whether a signal was raised, since
that is read from the log, and the log is never read in order to decide.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from routing.domain.acting import acting_facts
from routing.domain.application import Application
from routing.domain.audit_chain import keyed_digest
from routing.domain.errors import Kind, Refusal
from routing.domain.integrity_signals import signal_named
from routing.domain.move import Move, SignalAnswer, chained, entry_of
from routing.domain.people import OFFICE, Action, Person, require
from routing.domain.phrases import Listed, Phrase
from routing.domain.preconditions import reason_text, require_not_own
from routing.domain.revealing import NothingKept
from routing.domain.workflow import Reason


class AnswerStatus(StrEnum):
    """What follows from a signal."""

    #: it was looked into, and is in order
    EXPLAINED = "explained"
    #: somebody goes on looking into it
    FOLLOW_UP = "to-be-followed-up"
    #: it is what it looks like
    BREACH = "confirmed-breach"


#: What each is called.
STATUS_WORDS: Mapping[AnswerStatus, Phrase] = MappingProxyType(
    {
        AnswerStatus.EXPLAINED: Phrase("explained"),
        AnswerStatus.FOLLOW_UP: Phrase("to be followed up"),
        AnswerStatus.BREACH: Phrase("confirmed breach"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An answer as it was sent."""

    signal: str
    #: the entry the signal is about
    about: int
    status: str
    text: str


class SignalEntryUnknown(Refusal):
    """{number} has no entry {entry}: its log has {count}. Follow the link of the signal you want to answer."""

    code = "signal_entry_unknown"
    kind = Kind.UNKNOWN


class AnswerStatusUnknown(Refusal):
    """Say what follows from the signal: choose one of {known}."""

    code = "answer_status_unknown"
    kind = Kind.MALFORMED


class AnswerEmpty(Refusal):
    """A signal is answered in words. Write in a few what you have found out, or what is to be done."""

    code = "answer_empty"
    kind = Kind.MALFORMED


def answer(application: Application, said: Said, *, person: Person, at: datetime, digest_key: bytes) -> Move:
    """The entry that tells of it; a later answer to the same signal stands beside this one.

    Raises NotAllowed, OwnApplication, UnknownSignal, SignalEntryUnknown, AnswerStatusUnknown, AnswerEmpty, TextTooLong,
    MalformedField, NotUtf8, NothingKept.
    """
    held = require(person, Action.ANSWER_SIGNAL, OFFICE, at)
    require_not_own(person, application.applicant_index, application.number)
    signal = signal_named(said.signal)
    if not 1 <= said.about <= application.entry_count:
        raise SignalEntryUnknown(number=application.number, entry=said.about, count=application.entry_count)
    if said.status not in set(AnswerStatus):
        raise AnswerStatusUnknown(known=Listed(STATUS_WORDS.values()))
    text = reason_text(said.text, Reason.OPTIONAL, "")
    if not text:
        raise AnswerEmpty
    if application.erased_at is not None or not digest_key:
        raise NothingKept(number=application.number)
    facts = {
        "signal": signal.value,
        "about": said.about,
        "status": said.status,
        "answer": keyed_digest(digest_key, text),
        "role": held.role,
        **acting_facts(held.acting),
    }
    entry = entry_of(application, at=at, kind="signal-answered", desk=None, actor=person.code, facts=facts)
    after = replace(chained(application, entry), version=application.version + 1)
    # An ended application does not begin to count anew because somebody looked at it.
    after = replace(after, changed_at=at) if application.is_open else after
    kept = SignalAnswer(
        seq=entry.seq, signal=signal.value, about=said.about, status=said.status, by=person.code, text=text
    )
    return Move(at=at, before=application, after=after, visits=(), entries=(entry,), answer=kept)
