"""The tables of the incident database, as the newest migration leaves them."""

from datetime import datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)

from desk.moments import from_microseconds, to_microseconds


class Microseconds(TypeDecorator[datetime]):
    """A moment as whole microseconds UTC since 1970: the same number in every engine (DESIGN §4.1.13)."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> int | None:
        """The stored number of a moment."""
        return None if value is None else to_microseconds(value)

    def process_result_value(self, value: int | None, _dialect: Dialect) -> datetime | None:
        """The moment of a stored number."""
        return None if value is None else from_microseconds(value)


# SQLite counts rows up by itself only under the type name INTEGER.
_COUNTED = BigInteger().with_variant(Integer, "sqlite")

# Keys sort by code point in every engine, whatever language a server is set to.
_KEY = Text().with_variant(Text(collation="C"), "postgresql")

metadata = MetaData()

office = Table(
    "office",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("log_seq", BigInteger, nullable=False),
    Column("log_hash", Text, nullable=False),
)
"""One row: where the office's chain stands. Whoever saves locks it first, so that saves follow one another."""

number_counter = Table(
    "number_counter",
    metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("last", Integer, nullable=False),
)
"""The last incident number given in a year."""

incident = Table(
    "incident",
    metadata,
    Column("id", _KEY, primary_key=True),
    Column("number", Text, nullable=False, unique=True),
    Column("version", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("open", Boolean, nullable=False),
    Column("opened_at", Microseconds, nullable=False),
    Column("last_post_at", Microseconds, nullable=False),
    Column("next_moment", Microseconds),
    Column("log_seq", Integer, nullable=False),
    Column("log_hash", Text, nullable=False),
    Column("body", Text, nullable=False),
    Index("incident_by_opening", "opened_at", "id"),
    Index("incident_open", "open", "opened_at", "id"),
    Index("incident_by_state", "state", "opened_at", "id"),
    Index("incident_by_last_post", "last_post_at"),
    Index("incident_due", "next_moment", "id"),
)
"""The incident as last saved (`body`), what it is searched by, and where its case log stands."""

placement = Table(
    "placement",
    metadata,
    Column("ordinal", _COUNTED, primary_key=True, autoincrement=True),
    Column("post_id", _KEY, nullable=False, unique=True),
    Column("outcome", Text, nullable=False),
    Column("placed_at", Microseconds, nullable=False),
    Column("incident_id", _KEY),
    Index("placement_by_incident", "incident_id", "ordinal"),
    Index("placement_by_outcome", "outcome", "ordinal"),
)
"""How posts were placed, in the order they were."""

case_log = Table(
    "case_log",
    metadata,
    Column("incident_id", _KEY, primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("content", LargeBinary, nullable=False),
    Column("entry_hash", Text, nullable=False),
    Column("text", Text),
    Column("salt", Text),
)
"""The entries of every incident's chain, and beside them the texts that can be erased."""

office_chain = Table(
    "office_chain",
    metadata,
    Column("office_seq", BigInteger, primary_key=True, autoincrement=False),
    Column("incident_id", _KEY, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("entry_hash", Text, nullable=False),
    Column("office_hash", Text, nullable=False),
    UniqueConstraint("incident_id", "seq", name="office_chain_entry"),
)
"""The office's chain over all entries."""

notice = Table(
    "notice",
    metadata,
    Column("key", _KEY, primary_key=True),
    Column("incident_id", _KEY, nullable=False),
    Column("clock_key", Text, nullable=False),
    Column("rung", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("owed_at", Microseconds, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("ready_at", Microseconds),
    Column("claimed_at", Microseconds),
    Column("sent_at", Microseconds),
    Column("last_error", Text),
    Column("reached", JSON),
    Index("notice_ready", "ready_at"),
    Index("notice_by_incident", "incident_id", "owed_at", "key"),
    Index("notice_by_time", "owed_at", "key"),
)
"""The outbox. `ready_at` is when a notice may next be claimed, none once it was sent or given up; `reached` lists
whom it got to and by which channel, and is null where it was sent before that was kept."""

lease = Table(
    "lease",
    metadata,
    Column("name", _KEY, primary_key=True),
    Column("epoch", Integer, nullable=False),
    Column("beat", Integer, nullable=False),
    Column("holder", Text),
)
"""Who may write what alone: `holder` is none while the lease is free; the epoch only ever grows."""

person = Table(
    "person",
    metadata,
    Column("id", _KEY, primary_key=True),
    Column("active", Boolean, nullable=False),
    Column("body", Text, nullable=False),
)
"""The officers of the desk."""

shift = Table(
    "shift",
    metadata,
    Column("role", Text, primary_key=True),
    Column("since", Microseconds, primary_key=True, autoincrement=False),
    Column("until", Microseconds, primary_key=True, autoincrement=False),
    Column("person_id", _KEY, primary_key=True),
)
"""Who is on duty in which role, and when."""

cursor = Table(
    "cursor",
    metadata,
    Column("source", _KEY, primary_key=True),
    Column("position", Text),
    Column("etag", Text),
    Column("last_seen_at", Microseconds),
    Column("next_poll_at", Microseconds),
)
"""Where collection of each source stands."""

coverage_gap = Table(
    "coverage_gap",
    metadata,
    Column("id", _COUNTED, primary_key=True, autoincrement=True),
    Column("source", _KEY, nullable=False),
    Column("since", Microseconds, nullable=False),
    Column("until", Microseconds),
    Column("reason", Text, nullable=False),
    Index(
        "coverage_gap_open",
        "source",
        unique=True,
        sqlite_where=text("until is null"),
        postgresql_where=text("until is null"),
    ),
    Index("coverage_gap_by_start", "since", "source"),
)
"""When a source could not be seen; of each source at most one gap is open."""

account = Table(
    "account",
    metadata,
    Column("id", _KEY, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_key", _KEY, nullable=False, unique=True),
    Column("role", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("must_change", Boolean, nullable=False),
    Column("active", Boolean, nullable=False),
)
"""Who may sign in; `name_key` is the name without regard to case, so that nobody gets one that looks the same."""

session = Table(
    "session",
    metadata,
    Column("token_hash", _KEY, primary_key=True),
    Column("account_id", _KEY, nullable=False),
    Column("started_at", Microseconds, nullable=False),
    Column("used_at", Microseconds, nullable=False),
    Index("session_by_account", "account_id"),
)
"""Who is signed in; never the token itself."""

sign_in_failure = Table(
    "sign_in_failure",
    metadata,
    Column("key", _KEY, primary_key=True),
    Column("times", Integer, nullable=False),
    Column("last_at", Microseconds, nullable=False),
)
"""How often signing in failed, by hashes of names and addresses."""
