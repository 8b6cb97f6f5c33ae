"""What is kept of a password and of a random secret, and how they are checked."""

from __future__ import annotations

import hashlib
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

# OWASP ASVS 5.0.0, Appendix C: argon2id with t=2, m=19 MiB, p=1 (25 ms measured).
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


def new_secret() -> str:
    """256 random bits for a cookie or a link."""
    return secrets.token_urlsafe(32)


def kept(secret: str) -> str:
    """What is kept of a random secret: unlike a password it needs no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def hash_password(password: str) -> str:
    """argon2id, with its salt and parameters."""
    return _HASHER.hash(password)


def password_fits(stored: str | None, password: str) -> bool:
    """Whether it is the password; takes as long where there is none to compare with."""
    try:
        _HASHER.verify(stored or _HASHER.hash("nobody"), password)
    except (VerifyMismatchError, InvalidHashError):
        return False
    return stored is not None
