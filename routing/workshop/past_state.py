"""An application as it was at each moment of its past: taken from its log entry by entry, never from what it is now.

Only what the form said is the application's own: nothing changes it after the registration.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from routing.domain.audit_chain import GENESIS
from routing.domain.crossing import Crossing
from routing.domain.facts import as_handed_in, with_findings, with_opinion, with_papers, with_return, without_opinions
from routing.domain.fields import Fact
from routing.domain.move import LEADS_ON
from routing.domain.resubmission import takes_back
from routing.domain.state_machine import RuleBook
from routing.domain.visits import Visit
from routing.domain.workflow import ORIGIN
from routing.reading.past_walks import PastEntry, PastWalk


class PastState:
    """The application before an entry; ``after`` goes on by one."""

    def __init__(self, walk: PastWalk, rules_of: Callable[[str], RuleBook]) -> None:
        self._rules_of = rules_of
        # It may have gone over to another version since; what it began under, its first entry says.
        began_under = next((entry.said["workflow"] for entry in walk.entries if entry.kind == "submitted"), None)
        self._rules = rules_of(began_under or walk.application.workflow)
        self._visits = walk.visits
        self.open: dict[int, Visit] = {}
        self.closed: list[Visit] = []
        self.application = replace(
            walk.application,
            step=self._rules.workflow.intake[0],
            outcome=None,
            version=0,
            visit_count=1,
            entry_count=0,
            chain_head=GENESIS,
            facts=as_handed_in(walk.application.facts),
            papers=(),
            promise_due=None,
            legal_due=None,
            answered_at=None,
        )

    def after(self, entry: PastEntry) -> None:
        """The entry has happened."""
        said = entry.said
        # Of one that is attached the entry says what it is for, of those that come on paper it has a list.
        self._hand_in([*(said.get("papers") or ()), *filter(None, [said.get("requirement")])])
        if entry.kind == "submitted":
            self._open(1, None)
        elif entry.kind == "migrated":
            self._go_over(entry)
        elif entry.kind in {"decided", "recalled", "reassigned"}:
            self._close(entry)
        for sent in entry.sent:
            self._open(sent["visit"], entry)
        if entry.kind in LEADS_ON and said.get("to"):
            self.application = replace(self.application, step=said["to"])
        self.application = replace(self.application, version=said.get("version") or self.application.version)

    def named_desk(self, entry: PastEntry) -> str | None:
        """The desk that whoever decided had to name, where the step it went to is at several."""
        steps = self._rules.workflow.steps
        if len(entry.sent) != 1 or entry.sent[0]["step"] not in steps:
            return None
        step = steps[entry.sent[0]["step"]]
        is_named = len(step.desks) > 1 and step.join is None and not step.desk_by
        return str(entry.sent[0]["desk"]) if is_named else None

    def _hand_in(self, papers: list[str]) -> None:
        if papers:
            every = tuple(dict.fromkeys((*self.application.papers, *papers)))
            facts = with_papers(self.application.facts, papers)
            self.application = replace(self.application, papers=every, facts=facts)

    def _open(self, no: int, entry: PastEntry | None) -> None:
        """The visit as it was when it began."""
        if no not in self._visits:
            return
        visit = replace(
            self._visits[no], closed_at=None, decision=None, decided_by=None, holder=None, needs_attention=False
        )
        if entry is not None:
            sent = next(one for one in entry.sent if one["visit"] == no)
            visit = replace(visit, step=sent["step"], desk=sent["desk"])
            if entry.kind == "decided" and visit.origin_step is not None:
                # The row follows the step's code through the versions; the entry says what it was then.
                visit = replace(visit, origin_step=entry.said["step"])
        self.open[no] = visit
        self.application = replace(self.application, visit_count=max(no, self.application.visit_count))

    def _close(self, entry: PastEntry) -> None:
        visit = self.open.pop(entry.said.get("visit", 0), None)
        if visit is not None and entry.kind == "decided":
            self.application = replace(self.application, facts=self._facts_after(entry, visit))
            self.closed.append(replace(self._visits[visit.no], step=visit.step))

    def _go_over(self, entry: PastEntry) -> None:
        """The application went over to another version, where steps may have other codes."""
        rules = self._rules_of(entry.said["workflow"])
        crossing = Crossing(old=self._rules, new=rules, mapping=entry.said.get("mapping") or {})
        self._rules = rules
        self.open = {no: _renamed(crossing, visit) for no, visit in self.open.items()}
        self.closed = [_renamed(crossing, visit) for visit in self.closed]
        facts = crossing.facts(self.application.facts)
        self.application = replace(self.application, workflow=entry.said["workflow"], facts=facts)

    def _facts_after(self, entry: PastEntry, visit: Visit) -> Mapping[str, Fact]:
        """As the moves of the time have left them."""
        said, steps = entry.said, self._rules.workflow.steps
        facts: Mapping[str, Fact] = with_findings(self.application.facts, said.get("findings") or {})
        rule = steps[visit.step].decisions.get(said["decision"]) if visit.step in steps else None
        if rule is None:
            return facts
        here = steps.get(self.application.step)
        if rule.opinion and here is not None and here.join is not None:
            facts = with_opinion(facts, self.application.step, said["decision"])
        sent = [steps[one["step"]] for one in said.get("sent") or () if one["step"] in steps]
        if rule.names_requirements or any(takes_back(step) for step in sent):
            facts = with_return(facts, said.get("requirements") or (), self.application.papers)
        reached = steps.get(said.get("to") or "")
        if reached is not None and reached.join is not None and rule.to != ORIGIN:
            facts = without_opinions(facts, said["to"])
        return facts


def _renamed(crossing: Crossing, visit: Visit) -> Visit:
    origin = crossing.step(visit.origin_step) if visit.origin_step is not None else None
    step = crossing.step(visit.step) or visit.step
    return replace(visit, step=step, origin_step=origin or visit.origin_step)
