"""Alembic's entry: changes the tables over the connection that `database.migrate` gives."""

from alembic import context

from soundalike.serve.jobs.database import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
