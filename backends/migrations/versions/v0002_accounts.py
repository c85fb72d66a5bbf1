"""Who may sign in to the board: accounts, sessions, and the failures of signing in."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", _key(), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("name_key", _key(), nullable=False, unique=True),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("must_change", sa.Boolean, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
    )
    op.create_table(
        "session",
        sa.Column("token_hash", _key(), primary_key=True),
        sa.Column("account_id", _key(), nullable=False),
        sa.Column("started_at", sa.BigInteger, nullable=False),
        sa.Column("used_at", sa.BigInteger, nullable=False),
    )
    op.create_index("session_by_account", "session", ["account_id"])
    op.create_table(
        "sign_in_failure",
        sa.Column("key", _key(), primary_key=True),
        sa.Column("times", sa.Integer, nullable=False),
        sa.Column("last_at", sa.BigInteger, nullable=False),
    )


def _key() -> sa.types.TypeEngine[str]:
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
