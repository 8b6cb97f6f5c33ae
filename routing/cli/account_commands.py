"""``satuatap account``: accounts, roles and one-time links, on the machine itself."""

from __future__ import annotations

from typing import Annotated

import typer

from routing.cli.opening import DataOption, JsonOption, open_office, say

app = typer.Typer(help="Accounts: add, assign, take away, link, close.", no_args_is_help=True)

CodeArgument = Annotated[str, typer.Argument(metavar="CODE", help="The account.")]
RoleArgument = Annotated[str, typer.Argument(metavar="ROLE")]
DeskOption = Annotated[str | None, typer.Option("--desk", help="Absent: a role of the whole office.")]


@app.command()
def add(
    code: CodeArgument,
    name: Annotated[str, typer.Option(help="The person's name.")],
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Open an account without rights, and print the one-time link by which its owner sets a password."""
    from routing.actions.keep_accounts import make_link, open_account

    with open_office(data) as office:
        open_account(office, code=code, name=name)
        path = f"/l/{make_link(office, code)}"
    say({"account": code, "link": path}, as_json=as_json, words=f"{code}: password by {path} (once, within a day)")


@app.command()
def link(code: CodeArgument, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Print a new one-time link by which the account's owner sets a password."""
    from routing.actions.keep_accounts import make_link

    with open_office(data) as office:
        path = f"/l/{make_link(office, code)}"
    say({"account": code, "link": path}, as_json=as_json, words=path)


@app.command()
def assign(
    code: CodeArgument,
    role: RoleArgument,
    desk: DeskOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give the account a role from now on."""
    from routing.actions import keep_accounts

    with open_office(data) as office:
        keep_accounts.assign(office, code, [(role, desk)])
    said = {"account": code, "role": role, "desk": desk}
    say(said, as_json=as_json, words=f"{code} is now {role} at {desk or 'the whole office'}")


@app.command("take-away")
def take_away(
    code: CodeArgument,
    role: RoleArgument,
    desk: DeskOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take a role away from now on."""
    from routing.actions import keep_accounts

    with open_office(data) as office:
        ended = keep_accounts.take_away(office, code, role=role, desk=desk)
    words = f"{ended} assignment(s) of {code} ended"
    say({"account": code, "ended": ended}, as_json=as_json, words=words)
    if not ended:
        raise typer.Exit(1)


@app.command()
def close(code: CodeArgument, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Close the account at once; its past stays."""
    from routing.actions import keep_accounts

    with open_office(data) as office:
        keep_accounts.close_account(office, code)
    say({"account": code, "closed": True}, as_json=as_json, words=f"{code} is closed")
