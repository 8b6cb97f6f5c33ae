"""``satuatap workflow diff``: what differs between two routes, in words."""

from __future__ import annotations

from typing import Annotated

import typer

from routing.cli.opening import DataOption, JsonOption, say, tell
from routing.cli.route_named import NamedRoute, naming_routes

_NAMED = "A workflow file, a service in force, or a content hash."


def diff(
    old: Annotated[str, typer.Argument(metavar="A", help=_NAMED)],
    new: Annotated[str, typer.Argument(metavar="B", help=_NAMED)],
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what differs between two routes: exit 0 when nothing does, 1 when something does, 2 when one is no route."""
    import json

    from routing.domain.errors import Refusal
    from routing.workshop.route_diff import differences

    try:
        with naming_routes(data) as find:
            one, other = find(old), find(new)
    except Refusal as refusal:
        # Not 1, as elsewhere: that means that they differ.
        if as_json:
            typer.echo(json.dumps({"error": {"code": refusal.code, "message": str(refusal)}}, ensure_ascii=False))
        tell(f"{refusal.code}: {refusal}")
        raise typer.Exit(2) from None
    found = differences(one.workflow, other.workflow)
    document = {
        "from": _named(one),
        "to": _named(other),
        "differences": [difference.as_json() for difference in found],
    }
    same = f"{one.workflow.service}: the same version, {one.workflow.content_hash[:12]}"
    say(document, as_json=as_json, words="\n".join(str(difference) for difference in found) or same)
    if found:
        raise typer.Exit(1)


def _named(route: NamedRoute) -> dict[str, str]:
    return {"name": route.name, "service": route.workflow.service, "version": route.workflow.content_hash}
