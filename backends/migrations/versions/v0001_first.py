"""The first tables: incidents with their case log, placements, outbox and leases; people; sources."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_OFFICE = sa.table("office", sa.column("id"), sa.column("log_seq"), sa.column("log_hash"))


def upgrade() -> None:
    _make_incidents()
    _make_case_logs()
    _make_placements()
    _make_outbox()
    _make_leases()
    _make_people()
    _make_sources()


def _make_incidents() -> None:
    op.create_table(
        "number_counter",
        sa.Column("year", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("last", sa.Integer, nullable=False),
    )
    op.create_table(
        "incident",
        sa.Column("id", _key(), primary_key=True),
        sa.Column("number", sa.Text, nullable=False, unique=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("open", sa.Boolean, nullable=False),
        sa.Column("opened_at", sa.BigInteger, nullable=False),
        sa.Column("last_post_at", sa.BigInteger, nullable=False),
        sa.Column("next_moment", sa.BigInteger),
        sa.Column("log_seq", sa.Integer, nullable=False),
        sa.Column("log_hash", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("incident_by_opening", "incident", ["opened_at", "id"])
    op.create_index("incident_open", "incident", ["open", "opened_at", "id"])
    op.create_index("incident_by_state", "incident", ["state", "opened_at", "id"])
    op.create_index("incident_by_last_post", "incident", ["last_post_at"])
    op.create_index("incident_due", "incident", ["next_moment", "id"])


def _make_case_logs() -> None:
    op.create_table(
        "case_log",
        sa.Column("incident_id", _key(), primary_key=True),
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("entry_hash", sa.Text, nullable=False),
        sa.Column("text", sa.Text),
        sa.Column("salt", sa.Text),
    )
    op.create_table(
        "office_chain",
        sa.Column("office_seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("incident_id", _key(), nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("entry_hash", sa.Text, nullable=False),
        sa.Column("office_hash", sa.Text, nullable=False),
        sa.UniqueConstraint("incident_id", "seq", name="office_chain_entry"),
    )
    op.create_table(
        "office",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("log_seq", sa.BigInteger, nullable=False),
        sa.Column("log_hash", sa.Text, nullable=False),
    )
    op.bulk_insert(_OFFICE, [{"id": 1, "log_seq": 0, "log_hash": ""}])


def _make_placements() -> None:
    op.create_table(
        "placement",
        sa.Column("ordinal", _counted(), primary_key=True, autoincrement=True),
        sa.Column("post_id", _key(), nullable=False, unique=True),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("placed_at", sa.BigInteger, nullable=False),
        sa.Column("incident_id", _key()),
    )
    op.create_index("placement_by_incident", "placement", ["incident_id", "ordinal"])
    op.create_index("placement_by_outcome", "placement", ["outcome", "ordinal"])


def _make_outbox() -> None:
    op.create_table(
        "notice",
        sa.Column("key", _key(), primary_key=True),
        sa.Column("incident_id", _key(), nullable=False),
        sa.Column("clock_key", sa.Text, nullable=False),
        sa.Column("rung", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("owed_at", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("ready_at", sa.BigInteger),
        sa.Column("claimed_at", sa.BigInteger),
        sa.Column("sent_at", sa.BigInteger),
        sa.Column("last_error", sa.Text),
    )
    op.create_index("notice_ready", "notice", ["ready_at"])
    op.create_index("notice_by_incident", "notice", ["incident_id", "owed_at", "key"])
    op.create_index("notice_by_time", "notice", ["owed_at", "key"])


def _make_leases() -> None:
    op.create_table(
        "lease",
        sa.Column("name", _key(), primary_key=True),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("beat", sa.Integer, nullable=False),
        sa.Column("holder", sa.Text),
    )


def _make_people() -> None:
    op.create_table(
        "person",
        sa.Column("id", _key(), primary_key=True),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_table(
        "shift",
        sa.Column("role", sa.Text, primary_key=True),
        sa.Column("since", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("until", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("person_id", _key(), primary_key=True),
    )


def _make_sources() -> None:
    op.create_table(
        "cursor",
        sa.Column("source", _key(), primary_key=True),
        sa.Column("position", sa.Text),
        sa.Column("etag", sa.Text),
        sa.Column("last_seen_at", sa.BigInteger),
        sa.Column("next_poll_at", sa.BigInteger),
    )
    op.create_table(
        "coverage_gap",
        sa.Column("id", _counted(), primary_key=True, autoincrement=True),
        sa.Column("source", _key(), nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger),
        sa.Column("reason", sa.Text, nullable=False),
    )
    still_open = sa.text("until is null")
    op.create_index(
        "coverage_gap_open",
        "coverage_gap",
        ["source"],
        unique=True,
        sqlite_where=still_open,
        postgresql_where=still_open,
    )
    op.create_index("coverage_gap_by_start", "coverage_gap", ["since", "source"])


def _key() -> sa.types.TypeEngine[str]:
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _counted() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer, "sqlite")
