"""Integrity signals (tanda integritas): what the log can find by itself and a person should look at.

Each is a pure function over a ``Deed``: one entry of the log with what the books say around it. A signal is no blame
and decides nothing. What it is called, and on what it rests, is ``signal_definitions``'; where deeds come from, and
that no page reads the whole log for them, is ``reading``'s.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from routing.domain.errors import Kind, Refusal
from routing.domain.workflow import DecisionRule, Outcome, Reason, Step


class Signal(StrEnum):
    """Every signal there is; the words are stable codes."""

    FOUR_EYES = "four-eyes-broken"
    OWED_REASON = "owed-reason-missing"
    VERIFIER = "decided-by-verifier"
    QUEUE = "queue-jumped"
    RESET = "reset-before-limit"
    PAUSE = "pause-by-profiting-desk"
    HOURS = "outside-hours"
    PAIR = "same-officer-same-applicant"
    REASON = "refusal-without-reason"
    FEE = "fee-outside-tariff"
    FAST = "faster-than-reading"


#: The rules of the office itself refuse these, so an office that keeps to its program raises none.
NEVER = frozenset({Signal.FOUR_EYES, Signal.OWED_REASON})


class UnknownSignal(Refusal):
    """{signal} is no integrity signal of this office. Choose one of: {known}."""

    code = "unknown_signal"
    kind = Kind.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """From where on something is worth a look; an office sets them (``SATUATAP_SIGNAL_...``)."""

    #: a decision less than so many seconds behind the taking
    fast_seconds: float = 20
    #: another document was due so many hours earlier
    queue_hours: float = 24
    #: so many applications of one applicant before one officer ...
    pair_applications: int = 5
    #: ... within so many days
    pair_days: int = 90
    #: so many minutes before the doors open or after they close are nothing
    grace_minutes: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Another document that waited at the desk when this one was taken."""

    number: str
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One entry of the log, and what the books say around it. What was not asked for is empty."""

    kind: str
    actor: str
    #: as the office's clocks showed it
    at: datetime
    #: where it was decided; None: not at a step of its route
    step_code: str | None = None
    step: Step | None = None
    rule: DecisionRule | None = None
    #: how the decision ended the application
    outcome: Outcome | None = None
    #: whether it sent the document back to the applicant
    returns: bool = False
    #: whether a reason in words was given, and anything else that says why
    has_reason: bool = False
    has_grounds: bool = False
    #: the desk faces the public
    at_counter: bool = False
    #: the steps at which the same person decided on the application before
    steps_before: frozenset[str] = frozenset()
    #: of these, the first one of the back office at another desk
    other_desk_before: str | None = None
    taken_at: datetime | None = None
    due_at: datetime | None = None
    #: what waited at the desk when it was taken, in the order in which it was due
    waiting: tuple[Waiting, ...] = ()
    #: how far outside the desk's hours; infinite on a day off; None: within them
    minutes_closed: float | None = None
    #: how many applications of the same applicant they had had before them by then, this one among them
    with_applicant: int = 0
    #: the desk at which they had a part when they granted the pause, and at which the application lay
    profits_at: str | None = None
    #: the promise was counted anew by this entry, after a return (or a pause) that began late
    is_late_restart: bool = False
    #: rupiah that were demanded with the decision, and what the tariff comes to
    demanded: int | None = None
    tariff: int | None = None


#: What a signal says of the deed that raised it: fills in the sentence of its definition.
Facts = Mapping[str, str | int]
Judge = Callable[[Deed, Thresholds], Facts | None]


def signal_named(said: str) -> Signal:
    """The signal with this code. Raises UnknownSignal."""
    if said not in set(Signal):
        raise UnknownSignal(signal=said[:60] or "-", known=", ".join(Signal))
    return Signal(said)


def judge(signal: Signal, deed: Deed, thresholds: Thresholds) -> Facts | None:
    """What the deed shows of this signal; None: it does not raise it."""
    return _JUDGES[signal](deed, thresholds)


def _four_eyes(deed: Deed, _: Thresholds) -> Facts | None:
    if deed.rule is None:
        return None
    barred = sorted(deed.steps_before & set(deed.rule.not_by))
    return {"step": barred[0]} if barred else None


def _owed_reason(deed: Deed, _: Thresholds) -> Facts | None:
    owed = deed.rule is not None and deed.rule.reason is Reason.REQUIRED
    return {"step": deed.step_code or "-"} if owed and not deed.has_reason else None


def _verifier(deed: Deed, _: Thresholds) -> Facts | None:
    return {"step": deed.other_desk_before} if _is_desk_work(deed) and deed.other_desk_before is not None else None


def _queue(deed: Deed, thresholds: Thresholds) -> Facts | None:
    if deed.due_at is None or not _is_of_the_office(deed):
        return None
    earlier = deed.due_at - timedelta(hours=thresholds.queue_hours)
    passed = [one for one in deed.waiting if one.due_at < earlier]
    return {"count": len(passed), "first": passed[0].number} if passed else None


def _reset(deed: Deed, _: Thresholds) -> Facts | None:
    return {} if deed.is_late_restart else None


def _pause(deed: Deed, _: Thresholds) -> Facts | None:
    return {"desk": deed.profits_at} if deed.profits_at is not None else None


def _hours(deed: Deed, thresholds: Thresholds) -> Facts | None:
    closed = deed.minutes_closed
    if closed is None or closed <= thresholds.grace_minutes:
        return None
    return {"local": f"{deed.at:%Y-%m-%d %H:%M}"}


def _pair(deed: Deed, thresholds: Thresholds) -> Facts | None:
    # Whoever sits at the only counter has everybody before them.
    is_often = _is_desk_work(deed) and deed.with_applicant >= thresholds.pair_applications
    return {"count": deed.with_applicant} if is_often else None


def _reason(deed: Deed, _: Thresholds) -> Facts | None:
    says_no = deed.outcome is Outcome.REFUSED or deed.returns
    return {"step": deed.step_code or "-"} if says_no and not (deed.has_reason or deed.has_grounds) else None


def _fee(deed: Deed, _: Thresholds) -> Facts | None:
    if deed.demanded is None or deed.tariff is None or deed.demanded == deed.tariff:
        return None
    return {"demanded": deed.demanded, "tariff": deed.tariff}


def _fast(deed: Deed, thresholds: Thresholds) -> Facts | None:
    if deed.taken_at is None or not _is_desk_work(deed):
        return None
    took = (deed.at - deed.taken_at).total_seconds()
    return {"seconds": int(took)} if took < thresholds.fast_seconds else None


def _is_of_the_office(deed: Deed) -> bool:
    """Whether the office itself was to act there, and not the applicant or an agency outside."""
    return deed.step is not None and deed.step.waits_for == "office"


def _is_desk_work(deed: Deed) -> bool:
    """Whether there was a file to be read: at a counter the applicant stands there, and much is typed afterwards."""
    return _is_of_the_office(deed) and not deed.at_counter


_JUDGES: Mapping[Signal, Judge] = MappingProxyType(
    {
        Signal.FOUR_EYES: _four_eyes,
        Signal.OWED_REASON: _owed_reason,
        Signal.VERIFIER: _verifier,
        Signal.QUEUE: _queue,
        Signal.RESET: _reset,
        Signal.PAUSE: _pause,
        Signal.HOURS: _hours,
        Signal.PAIR: _pair,
        Signal.REASON: _reason,
        Signal.FEE: _fee,
        Signal.FAST: _fast,
    }
)
