"""A route as a drawing: a Workflow becomes DOT, the language of Graphviz. What becomes of that is ``diagrams``'.

Who acts is told by shapes, what kind of way it is by lines; colours only underline both, so that the drawing can be
read in print and by the colour-blind. Every step, end, desk and decision carries a stable id: ``step-verify``,
``end-granted``, ``step-team_pupr``, ``edge-verify_forward`` (no code holds an underscore).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from textwrap import wrap

from routing.domain.workflow import ORIGIN, DecisionRule, End, Outcome, Step, Workflow
from routing.formats.route_in_words import RouteWords

_FONT = "Arial"
_INK, _RETURN, _SKIP = "#1b2a33", "#b34700", "#4b5c66"
_OFFICE, _APPLICANT, _OUTSIDE, _PROGRAM, _JOINT = "#ffffff", "#fff4d6", "#f3e3ee", "#e3e8f6", "#e8f1f4"
_GRANTED, _OTHER_END = "#dff0e6", "#eceff0"
#: Characters on one line of a box and of an arrow's words.
_BOX, _ARROW = 28, 24


def draw_route(workflow: Workflow, *, language: str = "id", names: Mapping[str, str] | None = None) -> str:
    """The route in DOT, labelled in Indonesian or English. ``names``: what desks are called; absent: their codes."""
    words = RouteWords(workflow=workflow, language=language, names=names or {})
    return "\n".join(_Drawing(workflow=workflow, words=words).lines()) + "\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawing:
    workflow: Workflow
    words: RouteWords

    def lines(self) -> Iterator[str]:
        """The whole drawing."""
        yield "digraph route {"
        caption = _attributes(label=_html(self._legend(), size=9, ends_at_left=True), labelloc="b", labeljust="l")
        yield (
            f'  graph [rankdir=TB, compound=true, newrank=true, nodesep=0.35, ranksep=0.45, bgcolor="white", pad=0.3, '
            f'fontname="{_FONT}", id="route", {caption}];'
        )
        yield f'  node [fontname="{_FONT}", fontsize=12, color="{_INK}", margin="0.26,0.08"];'
        yield f'  edge [fontname="{_FONT}", fontsize=10, color="{_INK}", arrowsize=0.8];'
        yield f'  start [id="start", shape=circle, style=filled, fillcolor="{_INK}", label="", width=0.18];'
        for code, step in self.workflow.steps.items():
            yield from self._step(code, step)
        for code, end in self.workflow.ends.items():
            yield self._end(code, end)
        for count, code in enumerate(self.workflow.intake):
            yield self._line("start", code, f"edge-start_{code}", weight=str(8 if count == 0 else 1))
        for code, step in self.workflow.steps.items():
            yield from self._ways(code, step)
        yield from self._taken_up_again()
        yield "}"

    # --- boxes ---

    def _step(self, code: str, step: Step) -> Iterator[str]:
        title, below = wrap(self.words.name(code), _BOX), []
        if step.only_if is not None:
            below += wrap(self.words.condition("only if", step.only_if), _BOX + 6)
        limit = self.workflow.legal_limit
        if limit is not None and limit.to == code:
            below += wrap(self.words.say("deemed"), _BOX + 6)
        if self._is_joint(code):
            yield from self._joint(code, step, title, below)
            return
        where = [line for part in self.words.where(step) for line in wrap(part, _BOX + 6)]
        back = [self.words.say("back")] if self._leads_back(step) else []
        lines = [*where, *([self.words.time(step)] if self.words.time(step) else []), *back, *below]
        shape, fill = _shape(step)
        style = "filled,dashed" if step.only_if is not None else "filled"
        style += ",rounded" if shape == "box" else ""
        yield "  " + _node(f"step-{code}", shape=shape, style=style, fillcolor=fill, label=_html(lines, title=title))

    def _joint(self, code: str, step: Step, title: list[str], below: list[str]) -> Iterator[str]:
        """Several desks at once: a frame around a row of them."""
        kind = step.join if isinstance(step.join, str) else "n"
        head = _html([self.words.say(kind, step.opinions_needed), *below], title=title)
        dashed = ",dashed" if step.only_if is not None else ""
        yield f'  subgraph "cluster_{code}" {{'
        frame = _attributes(
            id=f"step-{code}", style=f"filled,rounded{dashed}", fillcolor=_JOINT, label=head, labelloc="t"
        )
        yield f'    graph [{frame}, color="{_INK}", penwidth=1.6, margin=10];'
        for desk in step.desks:
            asked = step.only_if_at.get(desk)
            days = step.working_days_at.get(desk, step.working_days)
            lines = [self.words.days(days)] if days is not None else []
            lines += wrap(self.words.condition("only if", asked), _BOX) if asked is not None else []
            style = "filled,rounded,dashed" if asked is not None else "filled,rounded"
            label = _html(lines, title=wrap(self.words.desk(desk), 16))
            box = _node(f"step-{code}_{desk}", shape="box", style=style, fillcolor=_OFFICE, label=label)
            yield f"    {box}"
        # The order in which the office lists them.
        yield "    { rank=same; " + " -> ".join(f'"step-{code}_{desk}"' for desk in step.desks) + " [style=invis]; }"
        yield "  }"

    def _end(self, code: str, end: End) -> str:
        lines = []
        if end.refers_to is not None:
            lines.append(self.words.say("refers to", end.refers_to))
        taken_back = self.workflow.withdrawal
        if taken_back is not None and taken_back.to == code:
            steps = ", ".join(self.words.name(one) for one in taken_back.from_steps)
            lines += wrap(self.words.say("withdraw", steps), _BOX + 14)
        is_granted = end.outcome is Outcome.GRANTED
        return "  " + _node(
            f"end-{code}",
            shape="box" if lines else "ellipse",
            style="filled,rounded" if lines else "filled",
            peripheries="2" if is_granted else "1",
            fillcolor=_GRANTED if is_granted else _OTHER_END,
            label=_html(lines, title=wrap(self.words.name(code), _BOX)),
        )

    # --- arrows ---

    def _ways(self, code: str, step: Step) -> Iterator[str]:
        for count, (decision, rule) in enumerate(step.decisions.items()):
            if rule.to == ORIGIN:
                continue  # Drawn with the returns it answers, as the other head of their arrow.
            yield self._way(code, step, decision, rule, is_usual=count == 0)
        if step.otherwise is not None:
            yield self._line(
                code, step.otherwise, f"edge-{code}_otherwise", words=[self.words.say("otherwise")], style="dotted",
                color=_SKIP, fontcolor=_SKIP,
            )  # fmt: skip

    def _way(self, code: str, step: Step, decision: str, rule: DecisionRule, *, is_usual: bool) -> str:
        words = wrap(self.words.label(rule), _ARROW)
        if step.join is not None and rule.desks and set(rule.desks) != set(step.desks):
            words += wrap(", ".join(self.words.desk(desk) for desk in rule.desks), _ARROW)
        if step.deadline is not None and step.deadline.decision == decision:
            words.append(self.words.say("after", step.deadline.working_days))
        if rule.only_if is not None:
            words += wrap(self.words.condition("if", rule.only_if), _ARROW)
        ident, at_desk = f"edge-{code}_{decision}", rule.desks[0] if rule.desks else None
        target = self.workflow.steps.get(rule.to)
        if not self._is_return(code, rule.to):
            weight = "8" if is_usual else "1"
            return self._line(code, rule.to, ident, words=words, weight=weight, desk=at_desk)
        how = {"style": "dashed", "color": _RETURN, "fontcolor": _RETURN}
        if target is not None and self._leads_back(target):
            answers = [one for one, back in target.decisions.items() if back.to == ORIGIN]
            classes = " ".join(f"edge-{rule.to}_{one}_{code}" for one in answers)
            how |= {"dir": "both", "arrowtail": "empty", "class": classes}
            if self._places(code, rule.to) == decision:
                return self._line(code, rule.to, ident, words=words, desk=at_desk, **how)
        return self._line(code, rule.to, ident, words=words, desk=at_desk, constraint="false", **how)

    def _taken_up_again(self) -> Iterator[str]:
        for code, end in self.workflow.ends.items():
            if end.resume is not None:
                words = wrap(self.words.say("resume", end.resume.days), _ARROW)
                yield self._line(
                    code, end.resume.to, f"edge-{code}_resume", words=words, style="dotted", constraint="false",
                    color=_RETURN, fontcolor=_RETURN,
                )  # fmt: skip
            if end.resume is not None and end.resume.then is not None:
                words = wrap(self.words.say("then", end.resume.days), _ARROW)
                yield self._line(
                    code, end.resume.then, f"edge-{code}_then", words=words, style="dotted", constraint="false",
                    color=_SKIP, fontcolor=_SKIP,
                )  # fmt: skip

    def _line(
        self, tail: str, head: str, ident: str, *, words: Iterable[str] = (), desk: str | None = None, **how: str
    ) -> str:
        attributes = {"id": ident, **how}
        told = list(words)
        if told:
            # With room on both sides, because the reader's font may be wider than the one that was measured.
            # Beside a two-headed arrow that may run along a row: in a drawing with frames it would lose its words.
            is_loose = how.get("constraint") == "false" and how.get("dir") == "both" and self._has_frames
            attributes["xlabel" if is_loose else "label"] = _html(f"\u00a0{line}\u00a0" for line in told)
        begins, frame = self._place(tail, desk)
        attributes |= {"ltail": frame} if frame else {}
        ends, frame = self._place(head, None)
        attributes |= {"lhead": frame} if frame else {}
        return f'  "{begins}" -> "{ends}" [{_attributes(**attributes)}];'

    def _place(self, code: str, desk: str | None) -> tuple[str, str | None]:
        """The box an arrow touches, and the frame it stops at; in a frame, the desk or the one in the middle."""
        step = self.workflow.steps.get(code)
        if step is not None and self._is_joint(code):
            at = desk if desk in step.desks else step.desks[(len(step.desks) - 1) // 2]
            return f"step-{code}_{at}", f"cluster_{code}"
        if step is not None:
            return f"step-{code}", None
        return (f"end-{code}" if code in self.workflow.ends else code), None

    def _places(self, code: str, repair: str) -> str | None:
        """The decision that says where the applicant's step stands: one, so that the others do not pull at it.

        That of a frame, from which words get lost otherwise; else the first.
        """
        returns = [
            (step, decision)
            for step, candidate in self.workflow.steps.items()
            for decision, rule in candidate.decisions.items()
            if rule.to == repair
        ]
        step, decision = next((one for one in returns if self._is_joint(one[0])), returns[0])
        return decision if step == code else None

    def _is_joint(self, code: str) -> bool:
        step = self.workflow.steps.get(code)
        return step is not None and step.join is not None and len(step.desks) > 1

    @property
    def _has_frames(self) -> bool:
        return any(self._is_joint(code) for code in self.workflow.steps)

    def _is_return(self, code: str, to: str) -> bool:
        """To the applicant for repair, or to a step that the office lists earlier."""
        steps = list(self.workflow.steps)
        if to not in self.workflow.steps or to == code:
            return to == code
        return self._leads_back(self.workflow.steps[to]) or steps.index(to) < steps.index(code)

    @staticmethod
    def _leads_back(step: Step) -> bool:
        return any(rule.to == ORIGIN for rule in step.decisions.values())

    def _legend(self) -> list[str]:
        """What the shapes and lines in this drawing mean."""
        steps = self.workflow.steps
        returns = {rule.to for code, step in steps.items() for rule in step.decisions.values()
                   if rule.to != ORIGIN and self._is_return(code, rule.to)}  # fmt: skip
        there = {
            "applicant": any(step.waits_for == "applicant" for step in steps.values()),
            "outside": any(_shape(step)[0] == "folder" for step in steps.values()),
            "program": any(_shape(step)[0] == "hexagon" for step in steps.values()),
            "joint": self._has_frames,
            "optional": any(step.only_if is not None or step.only_if_at for step in steps.values()),
            "return": any(not self._leads_back(steps[to]) for to in returns),
            "return and back": any(self._leads_back(steps[to]) for to in returns),
        }
        shapes = [self.words.say(what) for what, is_there in there.items() if is_there]
        return [*shapes, *(line for said in self.words.time_in_all() for line in wrap(said, _SENTENCE))]


#: Longest line of a sentence below the drawing, in characters.
_SENTENCE = 90


def _shape(step: Step) -> tuple[str, str]:
    """Who acts there: shape and colour."""
    if step.waits_for == "applicant":
        return "note", _APPLICANT
    if step.automatic is not None:
        return "hexagon", _PROGRAM
    if step.waits_for == "outside":
        return "folder", _OUTSIDE
    return "box", _OFFICE


def _node(ident: str, **attributes: str) -> str:
    return f'"{ident}" [{_attributes(id=ident, **attributes)}];'


def _attributes(**values: str) -> str:
    """Each value quoted; a label in angle brackets is one already."""
    return ", ".join(
        f"{name}={value}" if name in ("label", "xlabel") else '{}="{}"'.format(name, value.replace('"', '\\"'))
        for name, value in values.items()
    )


def _html(lines: Iterable[str], *, title: Iterable[str] = (), size: int = 10, ends_at_left: bool = False) -> str:
    """Lines of text as a label; whatever stands in them is text and nothing else."""
    between = '<BR ALIGN="LEFT"/>' if ends_at_left else "<BR/>"
    bold = [f"<B>{escape(line)}</B>" for line in title]
    plain = [f'<FONT POINT-SIZE="{size}">{escape(line)}</FONT>' for line in lines if line]
    return f"<{between.join([*bold, *plain]) or ' '}{between if ends_at_left else ''}>"
