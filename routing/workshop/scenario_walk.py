"""One scenario, played: every happening is a real action, and what the engine does is compared with what was said.

Playing stops at the first happening that goes otherwise, because whatever follows would only repeat it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from routing.actions.attend import attend
from routing.actions.decide import decide
from routing.actions.hand_in import hand_in
from routing.actions.keep_time import keep_time
from routing.actions.resume import Resumption, resume
from routing.actions.submit import Registration, submit
from routing.actions.withdraw import withdraw
from routing.catalogue.findings import Path
from routing.domain.application import Particulars, Submission
from routing.domain.decision import Decision
from routing.domain.defects import Defect
from routing.domain.errors import Fault, Refusal
from routing.domain.facts import intake_facts
from routing.domain.forms import read_form
from routing.domain.next_step import roles_for
from routing.domain.requirements import asked_at_registration
from routing.domain.visits import Visit
from routing.domain.workflow import Workflow
from routing.workshop.coverage import Coverage
from routing.workshop.scenario_files import after_waiting, happening_kind
from routing.workshop.scenario_language import Given, Happening, Scenario
from routing.workshop.stage import Stage
from routing.workshop.standing import Standing, differences

#: The number of no visit.
_NOWHERE = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """Something that went otherwise than the scenario says."""

    #: where it says so, from the scenario on
    path: Path
    expected: str
    #: what the engine said or did
    said: str
    #: where the document lies, and what could have been decided there
    possible: str


class _Otherwise(Exception):
    """It goes otherwise than was said."""

    def __init__(self, expected: str, said: str) -> None:
        self.expected = expected
        self.said = said
        super().__init__(said)


def play(stage: Stage, workflow: Workflow, scenario: Scenario, coverage: Coverage) -> list[Mismatch]:
    """What goes otherwise than the scenario says; nothing where all is as it says."""
    # What was done for a scenario that stopped half-way is nobody's any more.
    stage.taken()
    walk = _Walk(stage, workflow, scenario, coverage)
    for no, happening in enumerate(scenario.when):
        try:
            walk.happens(happening)
        except _Otherwise as other:
            return [walk.mismatch(("when", no), other.expected, other.said)]
    found = differences(scenario.then, walk.standing)
    return [walk.mismatch(("then", key), expected, said) for key, expected, said in found]


class _Walk:
    """An application on its way; with several, the one that was registered last."""

    def __init__(self, stage: Stage, workflow: Workflow, scenario: Scenario, coverage: Coverage) -> None:
        self._stage = stage
        self._office = stage.office
        self._workflow = workflow
        self._scenario = scenario
        self._coverage = coverage
        self.standing: Standing | None = None

    def happens(self, happening: Happening) -> None:
        """It happens, and the documents are carried to where they are sent. Raises _Otherwise."""
        refusal = self._refusal_of(happening)
        self._follow()
        if refusal is not None and refusal[0] != happening.refused:
            asked = f"the refusal {happening.refused}" if happening.refused else "that it is possible"
            raise _Otherwise(asked, ": ".join(refusal))
        if refusal is None and happening.refused is not None:
            raise _Otherwise(f"the refusal {happening.refused}", f"nothing against it; {self._where}")
        if self.standing is not None:
            self._stage.carries(self.standing.open_visits)
        self._follow()

    def mismatch(self, path: Path, expected: str, said: str) -> Mismatch:
        """What went otherwise, with what was possible."""
        possible = self.standing.possible if self.standing is not None else "nothing"
        return Mismatch(path=path, expected=expected, said=said, possible=possible)

    def _refusal_of(self, happening: Happening) -> tuple[str, str] | None:
        """The code and the sentence with which the engine says no; None: it happened."""
        try:
            return self._acts()[happening_kind(happening)](happening)
        except Refusal as refusal:
            return refusal.code, str(refusal)
        except Fault as fault:
            return fault.code, str(fault)

    def _acts(self) -> dict[str, Callable[[Happening], tuple[str, str] | None]]:
        return {
            "register": self._register,
            "decide": self._decide,
            "program": self._ask_program,
            "wait": self._wait,
            "clock": self._time_passes,
            "withdraw": self._withdraw,
            "resume": self._resume,
            "papers": self._hand_in,
        }

    def _register(self, happening: Happening) -> None:
        given = self._given(happening)
        decision = happening.registers or ""
        code = next(code for code in self._workflow.intake if decision in self._workflow.steps[code].decisions)
        step = self._workflow.steps[code]
        desk = happening.desk or step.desks[0]
        submission = Submission(
            desk=desk, step=code, decision=decision, next_desk=happening.next_desk, **self._handed_in(given)
        )
        by = self._person(happening, roles_for(step, decision)[0], desk)
        registration = Registration(service=self._workflow.service, submission=submission, person_id=by)
        application = submit(self._office, registration)
        self._stage.has_registered()
        self.standing = Standing(application=application, book=self._office.rule_book(application.workflow))

    def _handed_in(self, given: Given) -> dict[str, Any]:
        who, channel = given.applicant, given.channel or self._workflow.channels[0]
        about = intake_facts({}, who.kind, channel, given.papers or ())
        facts = {**about, "form": read_form(self._workflow.form, given.form, about).facts}
        asked = asked_at_registration(self._workflow.requirements, facts, self._office.now().date())
        return {
            "papers": given.papers if given.papers is not None else tuple(asked),
            "particulars": Particulars(name=who.name, nik=who.nik, phone=who.phone),
            "applicant_kind": who.kind,
            "channel": channel,
            "form": given.form,
        }

    def _decide(self, happening: Happening) -> None:
        number = self._begun().application.number
        decision = happening.decide or ""
        visit = self._visit(happening, decision)
        step = self._workflow.steps[happening.at or ""]
        desk = visit.desk if visit is not None else happening.desk or step.desks[0]
        if happening.papers:
            self._hand_in(happening)
        by = self._person(happening, roles_for(step, decision)[0], desk)
        decide(self._office, number, _said(happening, decision, visit), person_id=by)

    def _ask_program(self, happening: Happening) -> tuple[str, str] | None:
        """The program says so; it is not told of a refusal but calls for help."""
        standing = self._begun()
        decision = happening.program or ""
        visit = self._visit(happening, decision)
        number = visit.no if visit is not None else _NOWHERE
        attend(self._office, (standing.application.id, number), lambda _: lambda _: _said(happening, decision, visit))
        self._follow()
        after = standing.visits.get(number)
        if after is not None and not after.is_open:
            return None
        code = after.trouble.code if after is not None and after.trouble is not None else "not_its_turn"
        return code, f"the program cannot say so; {self._where}"

    def _wait(self, happening: Happening) -> None:
        try:
            self._stage.clock.now = after_waiting(happening.wait or "", self._office.now(), self._office.calendar())
        except OverflowError:
            raise _Otherwise("a day the calendar knows", "so long a wait leads beyond the year 9999") from None

    def _time_passes(self, _happening: Happening) -> None:
        keep_time(self._office)

    def _withdraw(self, happening: Happening) -> None:
        desk, role = self._counter(happening)
        by = self._person(happening, role, desk)
        withdraw(
            self._office, self._begun().application.number, desk=desk, reason=happening.withdraw or "", person_id=by
        )

    def _resume(self, happening: Happening) -> None:
        standing = self._begun()
        goes_on_at = happening.resume or ""
        step = self._workflow.steps[goes_on_at]
        desk = happening.desk or step.desks[0]
        by = self._person(happening, step.roles[0], desk)
        said = Resumption(desk=happening.desk, reason=happening.reason)
        after = resume(self._office, standing.application.number, said, person_id=by)
        if after.step != goes_on_at:
            raise _Otherwise(f"that it goes on at {goes_on_at}", f"it goes on at {after.step}")

    def _hand_in(self, happening: Happening) -> None:
        if happening_kind(happening) == "papers":
            desk, role = self._counter(happening)
            by = self._person(happening, role, desk)
        else:
            # Beside a decision, who and where are the decision's.
            desk, role = self._counter(Happening())
            by = self._stage.person(role, role=role, desk=desk)
        hand_in(self._office, self._begun().application.number, happening.papers or (), person_id=by)

    def _visit(self, happening: Happening, decision: str) -> Visit | None:
        """The visit that is meant; None: there is none, and a refusal is expected. Raises _Otherwise."""
        here = [visit for visit in self._begun().open_visits if visit.step == happening.at]
        if happening.desk is not None:
            here = [visit for visit in here if visit.desk == happening.desk]
        elif len(here) > 1:
            rule = self._workflow.steps[happening.at or ""].decisions.get(decision)
            here = [visit for visit in here if rule is None or not rule.desks or visit.desk in rule.desks]
        if len(here) == 1:
            return here[0]
        if not here and happening.refused is not None:
            return None
        where = happening.at if happening.desk is None else f"{happening.at} at {happening.desk}"
        if here:
            desks = ", ".join(visit.desk for visit in here)
            raise _Otherwise(f"one visit at {where}", f'there are several; add "desk:" and one of {desks}')
        raise _Otherwise(f"that the document is at {where}", self._where)

    def _person(self, happening: Happening, role: str, desk: str) -> int:
        return self._stage.person(happening.by or role, role=role, desk=desk)

    def _counter(self, happening: Happening) -> tuple[str, str]:
        """The counter that takes in what the applicant says, and the role there."""
        intake = self._workflow.steps[self._workflow.intake[0]]
        return happening.desk or intake.desks[0], intake.roles[0]

    def _given(self, happening: Happening) -> Given:
        given = self._scenario.given
        said = {key: getattr(happening, key) for key in ("channel", "applicant", "form", "papers")}
        return given.model_copy(update={key: value for key, value in said.items() if value is not None})

    def _begun(self) -> Standing:
        if self.standing is None:
            raise _Otherwise("an application", self._where)
        return self.standing

    def _follow(self) -> None:
        """What the engine did meanwhile becomes known here."""
        for move in self._stage.taken():
            self._coverage.saw(move)
            if self.standing is not None and move.after.id == self.standing.application.id:
                self.standing.application = move.after
                self.standing.visits |= {visit.no: visit for visit in move.visits}

    @property
    def _where(self) -> str:
        return self.standing.words if self.standing is not None else "nothing has been registered"


def _said(happening: Happening, decision: str, visit: Visit | None) -> Decision:
    return Decision(
        decision=decision,
        visit=visit.no if visit is not None else _NOWHERE,
        reason=happening.reason,
        reasons=happening.reasons,
        requirements=happening.requirements,
        defects=tuple(
            Defect(requirement=one.requirement, reason=one.reason, repair=one.repair) for one in happening.defects
        ),
        findings=happening.findings,
        next_desk=happening.next_desk,
    )
