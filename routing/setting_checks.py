"""What a setting's value has to be, beyond its type; each gives it as the program uses it, or raises ValueError."""

from __future__ import annotations

from ipaddress import ip_network
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import SecretStr

from routing.domain.checkpoints import Statement, VerifierKey

_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


def known_zone(name: str) -> str:
    """A time zone this machine knows."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        message = f"{name!r} is no time zone this machine knows; write Asia/Jakarta, for one"
        raise ValueError(message) from None
    return name


def known_level(name: str) -> str:
    """A level of the log."""
    level = name.upper()
    if level not in _LEVELS:
        message = f"{name!r} is none of {', '.join(_LEVELS)}"
        raise ValueError(message)
    return level


def keys_of_witnesses(written: str) -> str:
    """Verifier keys of witnesses, with commas between."""
    named = [one.strip() for one in written.split(",") if one.strip()]
    for one in named:
        if VerifierKey.parsed(one).statement is not Statement.WITNESS:
            message = f"{one!r} is the key of a log and not of a witness"
            raise ValueError(message)
    return ",".join(named)


def web_addresses(written: str) -> str:
    """Addresses of web servers, with commas between."""
    return ",".join(web_address(one.strip()) or "" for one in written.split(",") if one.strip())


def addresses(written: str) -> str:
    """Addresses or networks, with commas between; *: all."""
    named = [one.strip() for one in written.split(",") if one.strip()]
    for one in named:
        try:
            if one != "*":
                ip_network(one)
        except ValueError:
            message = f"{one!r} is no address; write 127.0.0.1, 10.0.0.0/8 or *, with commas between several"
            raise ValueError(message) from None
    return ",".join(named)


def database_address(address: SecretStr | None) -> SecretStr | None:
    """An address of a database."""
    if address is None:
        return None
    # Some hosts still hand out the scheme's old name.
    text = address.get_secret_value().replace("postgres://", "postgresql://", 1)
    if not text.startswith(("postgresql://", "postgresql+psycopg://", "sqlite:///")):
        message = "it is no address of a database this program knows; write postgresql://USER@HOST/DATABASE"
        raise ValueError(message)
    return SecretStr(text)


def web_address(address: str | None) -> str | None:
    """An address of a web server, without a slash at its end."""
    if address is not None and not address.startswith(("http://", "https://")):
        message = "it is no address of a web server; write https://HOST/PATH"
        raise ValueError(message)
    return address.rstrip("/") if address is not None else None
