"""``satuatap account``: accounts, roles and one-time links, on the machine itself."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from routing.cli.opening import DataOption, JsonOption, open_office, say

if TYPE_CHECKING:
    from routing.domain.api_tokens import ApiToken

app = typer.Typer(help="Accounts: add, assign, take away, link, close; tokens for programs.", no_args_is_help=True)

CodeArgument = Annotated[str, typer.Argument(metavar="CODE", help="The account.")]
RoleArgument = Annotated[str, typer.Argument(metavar="ROLE")]
DeskOption = Annotated[str | None, typer.Option("--desk", help="Absent: a role of the whole office.")]


@app.command()
def add(
    code: CodeArgument,
    name: Annotated[str, typer.Option(help="The person's name.")],
    asks_nik: Annotated[
        bool, typer.Option("--nik", help="Ask for the person's NIK, too; it is not kept, only recognised.")
    ] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Open an account without rights, and print the one-time link by which its owner sets a password."""
    from routing.actions.keep_accounts import make_link, open_account

    with open_office(data) as office:
        open_account(office, code=code, name=name, nik=_ask_nik() if asks_nik else None)
        path = f"/l/{make_link(office, code)}"
    say({"account": code, "link": path}, as_json=as_json, words=f"{code}: password by {path} (once, within a day)")


@app.command()
def identify(code: CodeArgument, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Tell the office the NIK of the account's owner, who then handles no application of their own."""
    from routing.actions import keep_accounts

    with open_office(data) as office:
        keep_accounts.identify(office, code, _ask_nik())
    say({"account": code, "identified": True}, as_json=as_json, words=f"{code} is known by their NIK now")


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
    since: Annotated[str, typer.Option(metavar="DAY", help="First day, as 2026-11-20. Absent: from now on.")] = "",
    until: Annotated[str, typer.Option(metavar="DAY", help="Last day. Absent: for good.")] = "",
    acting: Annotated[str, typer.Option(metavar="plh|plt", help="Stands in: holder away, or post vacant.")] = "",
    instrument: Annotated[str, typer.Option(metavar="NUMBER", help="The letter that says so.")] = "",
    instrument_date: Annotated[str, typer.Option(metavar="DAY", help="The letter's date.")] = "",
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give the account a role from now on, or for certain days; who stands in for somebody names the letter."""
    from routing.actions import keep_accounts
    from routing.domain.acting import check_acting, check_period

    with open_office(data) as office:
        begins, ends = check_period(since, until, office.time_zone)
        by_letter = check_acting(acting, instrument, instrument_date)
        keep_accounts.assign(office, code, [(role, desk)], since=begins, until=ends, acting=by_letter)
    said = {"account": code, "role": role, "desk": desk}
    said |= {"since": since or None, "until": until or None, "acting": acting or None}
    when = f" from {since}" if since else ""
    when += f" until {until}" if until else ""
    what = f"{acting} {role}".strip()
    say(said, as_json=as_json, words=f"{code} is now {what} at {desk or 'the whole office'}{when}")


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


@app.command()
def token(
    code: CodeArgument,
    days: Annotated[int, typer.Option(help="How long it is good for.")] = 90,
    label: Annotated[str, typer.Option(help="What it is for.")] = "",
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a token for the API, and print only the token: it is shown this once."""
    from routing.actions.keep_tokens import make_token

    with open_office(data) as office:
        secret = make_token(office, code, days=days, label=label)
    say({"account": code, "token": secret}, as_json=as_json, words=secret)


@app.command()
def tokens(code: CodeArgument, data: DataOption = None, as_json: JsonOption = False) -> None:
    """List the account's tokens; their secrets are kept nowhere."""
    from routing.reading.callers import tokens_of

    with open_office(data) as office:
        rows = [_told(one, office.now()) for one in tokens_of(office, code)]
    lines = [
        f"{row['token']}  {row['state']}  until {row['expires_at']}  last used: {row['used_at'] or '-'}  {row['label']}"
        for row in rows
    ]
    say({"account": code, "tokens": rows}, as_json=as_json, words="\n".join(lines) or f"{code} has no token")


@app.command("end-token")
def end_token(
    token: Annotated[int, typer.Argument(metavar="TOKEN", min=1, max=2**31 - 1, help="Its number in the list.")],
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """End a token at once; `account tokens` tells its number."""
    from routing.actions import keep_tokens

    with open_office(data) as office:
        keep_tokens.end_token(office, token)
    say({"token": token, "ended": True}, as_json=as_json, words=f"token {token} has ended")


def _told(token: ApiToken, now: datetime) -> dict[str, object]:
    from routing.domain.audit_chain import rfc3339

    times = {"made_at": token.made_at, "expires_at": token.expires_at, "used_at": token.used_at}
    times["ended_at"] = token.ended_at
    return {
        "token": token.id,
        "label": token.label,
        "state": "in force" if token.is_in_force(now) else "ended" if token.ended_at else "expired",
        **{name: rfc3339(at) if at is not None else None for name, at in times.items()},
    }


def _ask_nik() -> str:
    """From standard input, unseen: as an argument it would stand in the shell's history and the list of processes."""
    import getpass
    import sys

    return getpass.getpass("NIK: ") if sys.stdin.isatty() else sys.stdin.readline()
