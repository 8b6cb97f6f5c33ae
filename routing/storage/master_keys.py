"""Which master key belongs to this database: a check value beside the wrapped keys, so that no other key is ever used.

A new key is made only where nothing has been sealed yet. Everywhere else a missing or strange key is a fault: a second
key would split the books into what opens and what does not.
"""

from __future__ import annotations

import hmac
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from routing.storage.tables import application_keys, master_keys
from routing.vault.master_key import MasterKeyUnusable, make_master_key, read_master_key
from routing.vault.personal_data import Vault

_CHECK_VALUE = sa.select(master_keys.c.check_value)
_ANY_KEY = sa.select(application_keys.c.application_id).limit(1)


def has_master_key(connection: Connection) -> bool:
    """Whether some master key belongs to this database."""
    return connection.execute(_CHECK_VALUE).first() is not None


def open_vault(connection: Connection, path: Path) -> Vault:
    """The vault of this database. Raises MasterKeyUnusable."""
    expected = connection.execute(_CHECK_VALUE).scalar()
    if expected is None:
        message = "This database has no master key yet. Run: satuatap migrate."
        raise MasterKeyUnusable(message)
    vault = Vault(read_master_key(path))
    if not hmac.compare_digest(vault.check_value, bytes(expected)):
        message = f"The master key at {path} is not the one this database was sealed with. Put the right file there."
        raise MasterKeyUnusable(message)
    return vault


def set_up_vault(connection: Connection, path: Path) -> bool:
    """Gives the database its master key, if it has none: the one at ``path``, else a new one made there.

    True: a new one was made, of which the office must keep a copy. Raises MasterKeyUnusable.
    """
    if has_master_key(connection):
        open_vault(connection, path)
        return False
    if connection.execute(_ANY_KEY).first() is not None:
        message = "This database holds sealed data, and what says with which master key has been taken away."
        raise MasterKeyUnusable(message)
    is_new = not path.exists() and make_master_key(path)
    row = {"no": 1, "check_value": Vault(read_master_key(path)).check_value}
    connection.execute(sa.insert(master_keys), row)
    return is_new
