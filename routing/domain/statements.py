"""What goes with a decision: reasons, defects, findings - checked against its rule, ready to be written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from routing.domain.application import Application
from routing.domain.decision import Decision
from routing.domain.defects import defects_in_words, named_requirements
from routing.domain.facts import guard_facts, seen_before
from routing.domain.fields import Fact
from routing.domain.form_problems import FormNotFilledIn
from routing.domain.forms import read_form
from routing.domain.preconditions import reason_text, require_named, require_reasons
from routing.domain.workflow import DecisionRule, Reason, Workflow


class FindingsNotFilledIn(FormNotFilledIn):
    """The decision "{service}" is not complete; not filled in as it asks: {fields}. Mend these; nothing was saved."""

    code = "findings_not_filled_in"
    member = "findings"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """The same, checked."""

    #: free text; kept beside the log
    text: str = ""
    #: codes of the decision's list
    reasons: tuple[str, ...] = ()
    #: what is to be repaired
    requirements: tuple[str, ...] = ()
    #: of these, what lay there at the first return already and was not named by any
    repeated: tuple[str, ...] = ()
    findings: Mapping[str, Fact] = field(default_factory=dict)


def statement_of(workflow: Workflow, application: Application, rule: DecisionRule, said: Decision) -> Statement:
    """What is said with a decision.

    Raises ReasonMissing, ReasonNotChosen, TextTooLong, RequirementsNotNamed, UnknownRequirement, FindingsNotFilledIn.
    """
    named = named_requirements(said.requirements, said.defects)
    require_named(workflow, rule, named)
    require_reasons(rule, said.reasons)
    # Where reasons are chosen from a list, words are welcome and never demanded.
    wanted = Reason.OPTIONAL if rule.reasons and rule.reason is Reason.REQUIRED else rule.reason
    text = reason_text(defects_in_words(workflow, said.reason, said.defects), wanted, rule.label.id)
    findings = _findings(workflow, application, rule, said)
    repeated = seen_before(application.facts, named) if rule.names_requirements else []
    return Statement(text=text, reasons=said.reasons, requirements=named, repeated=tuple(repeated), findings=findings)


def _findings(workflow: Workflow, application: Application, rule: DecisionRule, said: Decision) -> Mapping[str, Fact]:
    if not rule.collects and not said.findings:
        return {}
    read = read_form(rule.collects, said.findings, guard_facts(workflow, application), root="findings")
    if read.problems:
        raise FindingsNotFilledIn(rule.label, read.problems)
    return read.facts
