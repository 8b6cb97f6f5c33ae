"""Routes drawn at random, legal by construction: joins, optional steps, rules for desks, conditions, returns, ends."""

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from routing.domain.workflow import Workflow

Route = dict[str, Any]
Draw = st.DrawFn

CHANNELS = ("counter", "village", "online")


def label(text: str) -> dict[str, str]:
    return {"id": text, "en": f"{text} (en)"}


#: A field, a condition on it that holds in some case, and values it can be filled in with.
_KINDS: dict[str, tuple[Route, tuple[str, ...], tuple[object, ...]]] = {
    "number": ({"unit": "m2", "least": 0, "most": 500}, ("{0} > 100", "{0} <= 40", "{0} >= 80 && {0} < 300"),
               (0, 40, 41.5, 100, 100.5, 299, 500)),
    "money": ({}, ("{0} >= 1000000", "{0} == 0"), (0, 999_999, 1_000_000, 5_000_000)),
    "choice": ({"choices": {"low": label("Rendah"), "middle": label("Sedang"), "high": label("Tinggi")}},
               ("{0} == 'low'", "{0} in ['middle', 'high']", "{0} != 'high'"), ("low", "middle", "high")),
    "yes-no": ({}, ("{0}", "!{0}", "{0} == true"), (True, False)),
}  # fmt: skip
_ELSE = ("channel == 'village'", "channel != 'online'", "applicant.kind == 'business'", "counts.returns < 2",
         "'id-card' in papers", "papers.exists(paper, paper == 'plan')")  # fmt: skip


@dataclass(frozen=True)
class Drawn:
    """A route, and how an application for it may be filled in."""

    route: Route

    @property
    def workflow(self) -> Workflow:
        return Workflow.model_validate(self.route)


def _fields(draw: Draw, most: int) -> dict[str, Route]:
    kinds = draw(st.lists(st.sampled_from(sorted(_KINDS)), max_size=most))
    return {
        f"{kind.replace('-', '_')}_{place}": {
            "label": label(f"Isian {place}"), "kind": kind, "required": draw(st.booleans()), **_KINDS[kind][0],
        }
        for place, kind in enumerate(kinds)
    }  # fmt: skip


@st.composite
def conditions(draw: Draw, known: dict[str, Route]) -> str:
    """One that can always be told, and holds in some case: every field is named once."""
    names = draw(st.lists(st.sampled_from(sorted(known)), max_size=2, unique=True)) if known else []
    parts = []
    for name in names:
        field = known[name]
        part = draw(st.sampled_from(_KINDS[field["kind"]][1])).format(name)
        parts.append(part if field["required"] and name.startswith("form.") else f"(has({name}) && {part})")
    if not parts or draw(st.booleans()):
        parts.append(draw(st.sampled_from(_ELSE)))
    return draw(st.sampled_from((" && ", " || "))).join(parts)


def answers(draw: Draw, fields: dict[str, Route]) -> dict[str, Any]:
    return {
        name: draw(st.sampled_from(_KINDS[field["kind"]][2]))
        for name, field in fields.items()
        if field["required"] or draw(st.booleans())
    }


@st.composite
def legal_routes(draw: Draw) -> Drawn:
    """A service of up to seven steps one after the other, each of another sort, with ways back and out."""
    form = _fields(draw, 3)
    known = {f"form.{name}": field for name, field in form.items()}
    codes = ["register", *(f"step-{place}" for place in range(1, draw(st.integers(2, 6))))]
    steps: dict[str, Route] = {}
    for place, code in enumerate(codes):
        onward = [*codes[place + 1 :], "granted"]
        steps[code] = _step(draw, code, place, onward, known)
        found = {
            f"findings.{name}": field
            for rule in steps[code]["decisions"].values()
            for name, field in rule.get("collects", {}).items()
        }
        known = known | found
    steps |= _repair(draw, steps)
    targets = {rule["to"] for step in steps.values() for rule in step["decisions"].values()}
    ends = {
        code: end
        for code, end in {
            "granted": {"label": label("Terbit"), "outcome": "granted"},
            "refused": {"label": label("Ditolak"), "outcome": "refused"},
            "withdrawn": {"label": label("Batal"), "outcome": "withdrawn"},
            "stopped": {"label": label("Henti"), "outcome": "stopped", "resume": {"days": 30, "to": codes[1]}},
        }.items()
        if code in targets
    }
    route = {
        "service": "acak", "label": label("Acak"), "unit": "dpmptsp",
        "working_days": sum(max([step["working_days"], *step.get("working_days_at", {}).values()])
                            for step in steps.values()),
        "channels": list(CHANNELS), "form": form,
        "requirements": {"id-card": {"label": label("KTP")}, "plan": {"label": label("Denah"), "due": codes[-1]}},
        "intake": ["register"], "steps": steps, "ends": ends,
    }  # fmt: skip
    return Drawn(route)


def _step(draw: Draw, code: str, place: int, onward: list[str], known: dict[str, Route]) -> Route:
    sort = draw(st.sampled_from(("plain", "chosen", "by-rule", "join"))) if place else "plain"
    desks = [f"{code}-{one}" for one in range(1 if sort == "plain" else draw(st.integers(2, 3)))]
    step: Route = {
        "label": label(f"Langkah {place}"), "desks": desks, "roles": [f"role-{place}"],
        "working_days": draw(st.integers(0, 4)),
        "decisions": _decisions(draw, code, place, onward, known, opinion=sort == "join"),
    }  # fmt: skip
    if sort == "by-rule":
        first = [{"desk": desk, "only_if": draw(conditions(known))} for desk in desks[:-1]]
        # The same condition twice would leave the second desk without anything.
        step["desk_by"] = [*{one["only_if"]: one for one in first}.values(), {"desk": desks[-1]}]
        step["desks"] = [one["desk"] for one in step["desk_by"]]
        if len(step["desks"]) < 2:
            del step["desk_by"]
    if sort == "join":
        step["join"] = draw(st.sampled_from(("all", "any", 2)))
        asked = desks if draw(st.booleans()) else desks[1:]
        step["only_if_at"] = {desk: draw(conditions(known)) for desk in asked} if draw(st.booleans()) else {}
        if len(step["only_if_at"]) == len(desks):
            step["otherwise"] = onward[0]
    if place and draw(st.booleans()):
        step |= {"only_if": draw(conditions(known)), "otherwise": onward[0]}
    return step


def _decisions(
    draw: Draw, code: str, place: int, onward: list[str], known: dict[str, Route], *, opinion: bool
) -> Route:
    collects = _fields(draw, 2) if place and draw(st.booleans()) else {}
    collects = {f"{code.replace('-', '_')}_{name}": field for name, field in collects.items()}
    forward: Route = {"label": label("Teruskan"), "to": onward[0], "opinion": opinion, "collects": collects}
    said: Route = {"forward": forward}
    if opinion:
        said["object"] = {"label": label("Keberatan"), "to": onward[0], "opinion": True}
    elif draw(st.booleans()):
        condition = draw(conditions(known))
        forward["only_if"] = f"!({condition})"
        said["jump"] = {"label": label("Lompati"), "to": draw(st.sampled_from(onward)), "only_if": condition}
    if place and draw(st.booleans()):
        said["return"] = {"label": label("Kembalikan"), "to": "repair", "names_requirements": True}
    if place > 1 and draw(st.booleans()):
        said["send-back"] = {"label": label("Kirim balik"), "to": f"step-{draw(st.integers(1, place - 1))}"}
    if place and draw(st.booleans()):
        earlier = draw(st.sampled_from(["register", *(f"step-{one}" for one in range(1, place))]))
        said["refuse"] = {"label": label("Tolak"), "to": "refused", "not_by": [earlier]}
    return said


def _repair(draw: Draw, steps: dict[str, Route]) -> dict[str, Route]:
    if not any(rule["to"] == "repair" for step in steps.values() for rule in step["decisions"].values()):
        return {}
    said: Route = {"resubmit": {"label": label("Terima"), "to": "origin"}}
    step: Route = {
        "label": label("Perbaikan"), "desks": ["loket"], "roles": ["front"], "waits_for": "applicant",
        "pause": "repair", "working_days": 0, "decisions": said,
    }  # fmt: skip
    if draw(st.booleans()):
        said["withdraw"] = {"label": label("Batalkan"), "to": "withdrawn"}
    if draw(st.booleans()):
        said["stop"] = {"label": label("Hentikan"), "to": "stopped"}
        step["deadline"] = {"working_days": 5, "decision": "stop"}
    return {"repair": step}
