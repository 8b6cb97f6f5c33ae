"""What an entry of the log is called on screen: one sentence a kind, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from routing.domain.acting import ActingTitle
from routing.domain.early_warnings import CLOCK
from routing.domain.erasure import LegalBasis
from routing.domain.integrity_signals import Signal
from routing.domain.notices import BROUGHT, LEGAL, PROMISE
from routing.domain.recounting import MovedDue
from routing.domain.revealing import Masked
from routing.domain.signal_answers import STATUS_WORDS, AnswerStatus
from routing.domain.signal_definitions import DEFINITIONS
from routing.domain.stays import COURIER
from routing.domain.time_limits import Pause
from routing.domain.warning_times import Level
from routing.reading.history import Event
from routing.reading.moved_dues import MovedTold, Why
from routing.web.limits_told import PAUSES
from routing.web.values import value_in_words
from routing.web.wording import N_, Wording

#: Every kind of entry there is, with its sentence.
KINDS = {
    "submitted": N_("Registered at %(desk)s"),
    "decided": N_("%(desk)s: %(decision)s"),
    "arrived": N_("Arrived at %(desk)s"),
    "claimed": N_("Taken at %(desk)s"),
    "released": N_("Put back into the queue of %(desk)s"),
    "withdrawn": N_("Withdrawn by the applicant, recorded at %(desk)s"),
    "resumed": N_("Taken up again at %(desk)s"),
    "recalled": N_("Recalled from %(desk)s"),
    "reassigned": N_("Passed on from %(desk)s"),
    "migrated": N_("Goes on by the new version of its route, at the step %(target)s"),
    "stuck": N_("%(desk)s: the program could not decide and asks for help"),
    "retried": N_("%(desk)s: the program tries again"),
    "handed-in": N_("Handed in at %(desk)s: %(papers)s"),
    "attached": N_("Paper attached at %(desk)s: %(requirement)s"),
    "revealed": N_("%(desk)s: looked at the applicant's %(fields)s"),
    "key-destroyed": N_("The applicant's personal data was destroyed: %(basis)s"),
    "recalculated": N_("Due at another time: %(moved)s. Why: %(because)s"),
    "warned": N_("Warned of %(about)s, due %(due)s: %(levels)s"),
    "ended": N_("Ended because nobody asked in time to take it up again: %(target)s"),
    "limit-passed": N_("The limit of the law has passed (%(basis)s), due %(due)s"),
    "paused": N_("The time stands still, because %(pause)s"),
    "continued": N_("The time goes on; it had stood still, because %(pause)s"),
    "obstacle-raised": N_("%(desk)s: reported that something is in the way"),
    "signal-answered": N_("Integrity signal answered: %(signal)s - %(status)s"),
    "deemed": N_("Deemed granted by law (%(basis)s); goes to the step %(target)s"),
}
#: The same in a word, for filters and tables.
KIND_NAMES = {
    "submitted": N_("registered"),
    "decided": N_("decided"),
    "arrived": N_("arrived"),
    "claimed": N_("taken"),
    "released": N_("released"),
    "withdrawn": N_("withdrawn"),
    "resumed": N_("taken up again"),
    "recalled": N_("recalled"),
    "reassigned": N_("passed on"),
    "migrated": N_("new version of the route"),
    "stuck": N_("asks for help"),
    "retried": N_("tried again"),
    "handed-in": N_("papers handed in"),
    "attached": N_("paper attached"),
    "revealed": N_("personal data revealed"),
    "key-destroyed": N_("personal data destroyed"),
    "recalculated": N_("counted anew"),
    "warned": N_("warned"),
    "ended": N_("ended by the clock"),
    "limit-passed": N_("limit of the law passed"),
    "paused": N_("pause granted"),
    "continued": N_("pause ended"),
    "obstacle-raised": N_("obstacle reported"),
    "signal-answered": N_("signal answered"),
    "deemed": N_("deemed granted"),
}
#: What one is warned of; a visit by its desk.
ABOUT = {PROMISE: N_("the promise"), LEGAL: N_("the limit of the law")}
#: How near it is.
LEVELS = {
    Level.THREE_DAYS: N_("three working days are left"),
    Level.ONE_DAY: N_("one working day is left"),
    Level.TODAY: N_("it is due today"),
    Level.NEAR: N_("little time is left"),
    Level.PASSED: N_("the time is over"),
}
#: Of an applicant whose time is over, when the clock leaves it to the desk.
BROUGHT_TOLD = N_("the applicant's time is over, and papers came in: somebody has to decide")
#: What can be revealed.
FIELDS = {Masked.NIK: N_("NIK"), Masked.PHONE: N_("telephone number"), Masked.FORM: N_("numbers in the form")}
#: Why personal data was destroyed.
BASES = {
    LegalBasis.RETENTION_OVER: N_("the retention schedule is over (UU 27/2022, article 44)"),
    LegalBasis.REQUEST: N_("the applicant asked for it (UU 27/2022, articles 43 and 44)"),
    LegalBasis.NOT_NEEDED: N_("it is no longer needed (UU 27/2022, article 43)"),
    LegalBasis.CONSENT_WITHDRAWN: N_("the applicant withdrew the consent (UU 27/2022, article 43)"),
    LegalBasis.UNLAWFUL: N_("it was obtained unlawfully (UU 27/2022, articles 43 and 44)"),
}
#: What stands before the name of whoever stands in; the same in every language.
ACTING = {ActingTitle.PLH: "Plh.", ActingTitle.PLT: "Plt."}
#: Kinds that tell of the way and not of what somebody thought; shown more quietly.
QUIET = frozenset({"arrived", "claimed", "released", "warned"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineRow:
    """An event and its words."""

    event: Event
    title: str
    actor: str
    is_quiet: bool
    #: what was found out, as (what, how it is)
    findings: tuple[tuple[str, str], ...]


def told(events: tuple[Event, ...], wording: Wording, names: Mapping[str, str]) -> list[TimelineRow]:
    """The events in words; a kind this program does not know yet is shown by its own name."""
    return [
        TimelineRow(
            event=event,
            title=_title(event, wording, names),
            actor=_actor(event, wording),
            is_quiet=event.kind in QUIET,
            findings=tuple(
                (wording.label(field.label), value_in_words(field, value, wording))
                for _, field, value in event.findings
            ),
        )
        for event in events
    ]


def _actor(event: Event, wording: Wording) -> str:
    if event.actor == COURIER:
        return wording.text(N_("the system"))
    if event.actor == CLOCK:
        return wording.text(N_("the office clock"))
    if event.actor.startswith("auto."):
        return wording.text(N_("the program %(name)s")) % {"name": event.actor.removeprefix("auto.")}
    name = event.actor_name or event.actor
    acting = {title.value: short for title, short in ACTING.items()}.get(event.acting or "")
    return f"{acting} {name} ({event.instrument})" if acting is not None else name


def _title(event: Event, wording: Wording, names: Mapping[str, str]) -> str:
    template = KINDS.get(event.kind)
    if template is None:
        return event.kind
    desk = names.get(event.desk, event.desk) if event.desk is not None else "-"
    decision = wording.label(event.decision) or event.decision_code or "-"
    fields = {one.value: name for one, name in FIELDS.items()}
    revealed = ", ".join(wording.text(fields.get(one, one)) for one in event.fields) or "-"
    bases = {one.value: name for one, name in BASES.items()}
    basis = wording.text(bases.get(event.basis or "", event.basis or "-"))
    # Only the entry of a paper is told by what it is for; one for no requirement is another paper.
    requirement = wording.label(event.requirements[0]) if event.requirements else wording.text(N_("another paper"))
    levels = {**{level.value: name for level, name in LEVELS.items()}, BROUGHT: BROUGHT_TOLD}
    said = {
        "moved": "; ".join(moved_in_words(one, wording) for one in event.moved) or "-",
        "because": "; ".join(map(_because, event.because)) or wording.text(N_("it was counted for the first time")),
        "target": wording.label(event.target) or "-",
        "papers": ", ".join(wording.label(one) for one in event.requirements),
        "desk": desk,
        "decision": decision,
        "requirement": requirement,
        "fields": revealed,
        "basis": basis,
        "about": _about(event.about, wording),
        "due": _due(event.due, wording),
        "pause": wording.phrase(PAUSES[Pause(event.pause)]) if event.pause in set(Pause) else "-",
        "signal": _signal(event.signal, wording),
        "status": wording.phrase(STATUS_WORDS[AnswerStatus(event.status)])
        if event.status in set(AnswerStatus)
        else "-",
        "levels": ", ".join(wording.text(name) for level, name in levels.items() if level in event.levels),
    }
    return wording.text(template) % said


def moved_in_words(one: MovedTold | MovedDue, wording: Wording) -> str:
    """What was due, from when to when."""
    said = {
        "about": _about(one.about, wording), "before": _due(one.before, wording), "after": _due(one.after, wording),
    }  # fmt: skip
    return wording.text(N_("%(about)s from %(before)s to %(after)s")) % said


def _because(why: Why) -> str:
    return f"{why.reason} ({why.decree})" if why.decree else why.reason


def _about(about: str | None, wording: Wording) -> str:
    return wording.text(ABOUT[about] if about in ABOUT else N_("the desk's own time"))


def _due(due: datetime | None, wording: Wording) -> str:
    return wording.short(due) if due is not None else "-"


def _signal(code: str | None, wording: Wording) -> str:
    return wording.label(DEFINITIONS[Signal(code)].name) if code in set(Signal) else code or "-"
