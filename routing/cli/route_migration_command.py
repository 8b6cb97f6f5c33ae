"""``satuatap workflow migrate``: open applications go over to another version of their route."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from routing.cli.opening import DataOption, JsonOption, open_office, say, tell
from routing.cli.route_named import is_file_name, published_route, route_in_file

if TYPE_CHECKING:
    from routing.actions.migrate import Migrated
    from routing.domain.workflow import Workflow
    from routing.office import Office

_TOLD_EVERY = 1_000


def migrate(
    service: Annotated[str, typer.Argument(metavar="SERVICE", help="The service whose applications go over.")],
    to: Annotated[
        str | None,
        typer.Option(metavar="HASH|FILE", help="A published version, by content hash or file. Absent: that in force."),
    ] = None,
    step_map: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="OLD=NEW", help="A step and its code in the new version; as often as needed."),
    ] = None,
    reason: Annotated[str, typer.Option(help="Why, in words; kept beside the log of each application.")] = "",
    letter: Annotated[str, typer.Option(help="Number of the letter that orders it; goes into the log.")] = "",
    by: Annotated[str, typer.Option(help="Who migrates, for the record.")] = "command line",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen and write nothing.")] = False,
    batch: Annotated[int, typer.Option(min=1, max=10_000, help="Applications looked for at once.")] = 100,
    limit: Annotated[int | None, typer.Option(min=1, help="Look at so many applications at most.")] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Move open applications to another version, each with an entry in its log: exit 1 where some have no place.

    Desks may go on deciding meanwhile. What has no place keeps its version; run it again once that is mapped.
    """
    from routing.actions.migrate import Migration
    from routing.actions.migrate import migrate as go_over

    mapping = _mapping(step_map or [])
    with open_office(data) as office:
        workflow = _target(office, service, to)
        wanted = Migration(
            service=service, to=workflow.content_hash, mapping=mapping, by=by, reason=reason, letter=letter,
            dry_run=dry_run, batch=batch, limit=limit,
        )  # fmt: skip
        count, left = 0, []
        for one in go_over(office, wanted):
            if one.refusal is None:
                count += 1
            else:
                left.append(_as_json(one))
                tell(f"{one.number}, at {one.step}: {one.refusal}")
            if (count + len(left)) % _TOLD_EVERY == 0:
                tell(f"{count} gone over, {len(left)} left ...")
    document = {"service": service, "to": wanted.to, "dry_run": dry_run, "migrated": count, "left": left}
    verb = "would go over" if dry_run else "gone over"
    say(document, as_json=as_json, words=f"{count} {verb} to {wanted.to[:12]}, {len(left)} left as they are.")
    if left:
        raise typer.Exit(1)


def _as_json(one: Migrated) -> dict[str, Any]:
    code = one.refusal.code if one.refusal is not None else None
    return {"number": one.number, "step": one.step, "code": code, "message": str(one.refusal)}


def _mapping(pairs: list[str]) -> dict[str, str]:
    """Raises MalformedField."""
    from routing.domain.errors import MalformedField

    mapping: dict[str, str] = {}
    for pair in pairs:
        old, equals, new = pair.partition("=")
        if not (old and equals and new) or old in mapping:
            problem = f"{pair} maps a step that is mapped already" if old in mapping else f"{pair} is no OLD=NEW"
            raise MalformedField(field="--map", problem=problem, way_out="Write --map verify=examine, once a step.")
        mapping[old] = new
    return mapping


def _target(office: Office, service: str, to: str | None) -> Workflow:
    """The version they go over to. Raises UnknownService, UnknownVersion, BrokenRoute, MalformedField."""
    from routing.domain.errors import MalformedField

    in_force = office.book_in_force(service).workflow
    if to is None:
        return in_force
    if is_file_name(to):
        workflow = published_route(office, route_in_file(Path(to)).workflow.content_hash).workflow
    elif to == service:
        workflow = in_force
    else:
        workflow = published_route(office, to).workflow
    if workflow.service != service:
        problem = f"that is a version of {workflow.service}"
        raise MalformedField(field="--to", problem=problem, way_out=f"Name a version of {service}.")
    return workflow
