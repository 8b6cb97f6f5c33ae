"""Alembic's door: runs the migrations on the connection that ``storage.migration`` hands in, inside its transaction."""

from alembic import context

from routing.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite cannot alter most of a table; Alembic then copies it.
    render_as_batch=True,
)
context.run_migrations()
