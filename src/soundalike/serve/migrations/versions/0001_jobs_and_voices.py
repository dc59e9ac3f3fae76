"""Jobs, and voices of several servers."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("key", sa.String(64)),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("wanted", sa.JSON),
        sa.Column("text", sa.Text),
        sa.Column("voice", sa.LargeBinary),
        sa.Column("characters", sa.Integer, nullable=False),
        sa.Column("done", sa.Integer, nullable=False),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("started", sa.Float),
        sa.Column("finished", sa.Float),
        sa.Column("seconds", sa.Float),
        sa.Column("error", sa.JSON),
        sa.Column("worker", sa.String(40)),
        sa.Column("seen", sa.Float),
        sa.Column("tries", sa.Integer, nullable=False),
    )
    for column in ("status", "created", "finished"):
        op.create_index(f"ix_jobs_{column}", "jobs", [column])
    op.create_table(
        "voices",
        sa.Column("id", sa.String(256), primary_key=True),
        sa.Column("name", sa.String(256), nullable=False),
        sa.Column("facts", sa.JSON, nullable=False),
        sa.Column("file", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    """Drop both tables."""
    op.drop_table("voices")
    op.drop_table("jobs")
