"""${message}.

Rules: forward only; never holds a lock for long (a lock timeout ends it); works while the version before still runs
(add first, take away one version later); never touches an audit entry.
"""

import sqlalchemy as sa
from alembic import op

revision = "${up_revision}"
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}
