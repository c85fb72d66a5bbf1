"""Whom each notice reached, and by which channel; of those sent before nobody knows."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("notice", sa.Column("reached", sa.JSON))
