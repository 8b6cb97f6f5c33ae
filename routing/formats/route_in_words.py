"""What a drawing of a route says, and the same route in sentences: in Indonesian or English.

These are a drawing's own words and not a page's: whoever keeps the file has no page around it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from routing.domain.workflow import ORIGIN, DecisionRule, Step, Workflow

#: Longest condition that is written out, in characters.
_CONDITION = 90

_WORDS: dict[str, tuple[str, str]] = {
    "days": ("{} hari kerja", "{} working days"),
    "day": ("{} hari kerja", "{} working day"),
    "same day": ("hari yang sama", "the same day"),
    "minutes": ("{} menit", "{} minutes"),
    "one of": ("salah satu:", "one of:"),
    "all": ("semua meja sekaligus", "all desks at once"),
    "any": ("semua meja sekaligus, cukup satu pendapat", "all desks at once, one opinion is enough"),
    "n": ("semua meja sekaligus, cukup {} pendapat", "all desks at once, {} opinions are enough"),
    "if": ("jika {}", "if {}"),
    "only if": ("hanya jika {}", "only if {}"),
    "otherwise": ("dilewati", "skipped"),
    "back": ("kembali ke meja asal", "back to the desk that returned it"),
    "after": ("setelah {} hari kerja", "after {} working days"),
    "resume": ("dilanjutkan dalam {} hari", "taken up again within {} days"),
    "then": ("berakhir bila tidak diminta dalam {} hari", "ends when not asked for within {} days"),
    "limit": ("Batas hukum: {} ({})", "Legal limit: {} ({})"),
    "calendar days": ("{} hari kalender", "{} calendar days"),
    "deemed no": ("jika lewat, kantor terlambat", "once it passes, the office is late"),
    "deemed yes": (
        "jika lewat, permohonan dianggap dikabulkan secara hukum → {}",
        "once it passes, the application is deemed granted by law → {}",
    ),
    "deemed oss": ("jika lewat, sistem OSS menerbitkan → {}", "once it passes, the OSS system issues → {}"),
    "deemed": ("setelah batas hukum lewat", "once the legal limit has passed"),
    "clock": ("Hitungan janji: {}", "The promise: {}"),
    "same day one": ("hari berkas lengkap adalah hari pertama", "the day the file is complete is day 1"),
    "received": ("berkas lengkap sesudah {} dihitung hari berikutnya", "complete after {}: counts as the next day"),
    "every day": ("dihitung hari kalender", "counted in calendar days"),
    "restart": ("dihitung ulang setelah perbaikan", "counted anew after a repair"),
    "extend-once": ("jeda pertama menambah {}", "the first pause adds {}"),
    "most paused": ("jeda menghentikan janji paling lama {}", "pauses stop it for {} at most"),
    "withdraw": ("pemohon dapat membatalkan dari: {}", "the applicant may withdraw from: {}"),
    "refers to": ("ke layanan {}", "to the service {}"),
    "applicant": ("Kertas terlipat: giliran pemohon", "Folded paper: the applicant's turn"),
    "outside": ("Map: instansi di luar kantor ini", "Folder: an agency outside this office"),
    "program": ("Segi enam: program memutuskan", "Hexagon: a program decides"),
    "joint": ("Bingkai: beberapa meja sekaligus", "Frame: several desks at once"),
    "optional": ("Tepi putus-putus: hanya jika perlu", "Dashed edge: only where needed"),
    "return": ("Panah putus-putus: dikembalikan", "Dashed arrow: returned"),
    "return and back": (
        "Panah putus-putus dua arah: dikembalikan, lalu kembali ke meja asal",
        "Dashed arrow, both ways: returned, and back to the desk it came from",
    ),
}


def told_route(workflow: Workflow, *, language: str = "id", names: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """The route in sentences, one a step, for whoever does not see the drawing; then how its time is counted."""
    words = RouteWords(workflow=workflow, language=language, names=names or {})
    return (*(words.sentence(code) for code in workflow.steps), *words.time_in_all())


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteWords:
    """The words for one route. ``names``: what desks are called; one that is missing goes by its code."""

    workflow: Workflow
    language: str
    names: Mapping[str, str]

    def sentence(self, code: str) -> str:
        """One step in words: its desks and days, and where each decision leads."""
        step = self.workflow.steps[code]
        about = ", ".join(part for part in (*self.where(step), self.time(step)) if part)
        ways = []
        for rule in step.decisions.values():
            target = self.say("back") if rule.to == ORIGIN else self.name(rule.to)
            condition = f" ({self.condition('if', rule.only_if)})" if rule.only_if is not None else ""
            ways.append(f"{self.label(rule)}{condition} → {target}")
        return f"{self.name(code)} ({about}): {'; '.join(ways)}."

    def time_in_all(self) -> tuple[str, ...]:
        """How the promise is counted, where not as is the custom, and the limit of the law; each a sentence."""
        said = [f"{self.say('clock', '; '.join(counted))}."] if (counted := self._counted()) else []
        limit = self.workflow.legal_limit
        if limit is not None:
            days = self.days(limit.working_days)
            if limit.counts == "calendar-days":
                days = self.say("calendar days", limit.working_days)
            target = self.name(limit.to) if limit.to is not None else ""
            passed = self.say(f"deemed {limit.deemed}", target)
            said.append(f"{self.say('limit', days, _plain(limit.basis))}; {passed}.")
        return tuple(said)

    def _counted(self) -> list[str]:
        """What this service does otherwise than is the custom."""
        clock = self.workflow.clock
        longer = self.days(clock.extended_by or 0)
        received = f"{clock.received_until:%H.%M}" if clock.received_until is not None else ""
        said = {
            "same day one": (clock.day_one == "same", ""),
            "received": (clock.received_until is not None, received),
            "every day": (clock.counts == "calendar-days", ""),
            "restart": (clock.pauses == "restart", ""),
            "extend-once": (clock.pauses == "extend-once", longer),
            "most paused": (clock.most_paused is not None, self.days(clock.most_paused or 0)),
        }
        return [self.say(what, value) for what, (is_so, value) in said.items() if is_so]

    def say(self, what: str, *values: object) -> str:
        """A phrase of the drawing."""
        return _WORDS[what][1 if self.language == "en" else 0].format(*values)

    def name(self, code: str) -> str:
        """What a step or an end is called."""
        return _plain(self.workflow.label_of(code).in_language(self.language))

    def label(self, rule: DecisionRule) -> str:
        """What a decision is called."""
        return _plain(rule.label.in_language(self.language))

    def desk(self, code: str) -> str:
        """What a desk is called."""
        return _plain(self.names.get(code, code))

    def where(self, step: Step) -> tuple[str, ...]:
        """Its desk; of several, how they share it and which they are."""
        desks = [self.desk(desk) for desk in step.desks]
        if len(desks) == 1:
            return (desks[0],)
        kind = "one of" if step.join is None else step.join if isinstance(step.join, str) else "n"
        return (self.say(kind, step.opinions_needed), ", ".join(desks))

    def time(self, step: Step) -> str:
        """How long it has; empty: no limit is set."""
        if step.minutes is not None:
            return self.say("minutes", step.minutes)
        return self.days(step.working_days) if step.working_days is not None else ""

    def days(self, days: int) -> str:
        """So many working days."""
        return self.say({0: "same day", 1: "day"}.get(days, "days"), days)

    def condition(self, kind: str, source: str) -> str:
        """An expression of the office, cut short where it is long."""
        shown = " ".join(_plain(source).split())
        return self.say(kind, shown if len(shown) <= _CONDITION else f"{shown[: _CONDITION - 1]}…")


def _plain(text: str) -> str:
    """Without signs that no drawing can hold."""
    return "".join(sign if sign.isprintable() else " " for sign in text).strip() or "-"
