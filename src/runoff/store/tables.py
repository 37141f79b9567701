"""The tables of a store, and what each layout brought."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

LAYOUT = 3

metadata = sa.MetaData()
layout = sa.Table("layout", metadata, sa.Column("version", sa.Integer, primary_key=True))
batch = sa.Table(
    "batch",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False, index=True),
    sa.Column("recorded_at", sa.BigInteger, nullable=False),
)
series = sa.Table(
    "series",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.Text, nullable=False, unique=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("unit", sa.Text, nullable=False),
    sa.Column("measure", sa.Text, nullable=False),
    sa.Column("frequency", sa.Text, nullable=False),
    sa.Column("release", sa.Text, nullable=False),
    sa.Column("licence", sa.Text, nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("revised", sa.Boolean, nullable=False),
    sa.Column("latest_known_at", sa.BigInteger, nullable=False),
    sa.Column("packed", sa.LargeBinary, nullable=False),
)
observation = sa.Table(
    "observation",
    metadata,
    sa.Column("series", sa.Integer, sa.ForeignKey("series.id"), primary_key=True),
    sa.Column("period", sa.Integer, primary_key=True),
    sa.Column("known_at", sa.BigInteger, primary_key=True),
    sa.Column("batch", sa.Integer, sa.ForeignKey("batch.id"), primary_key=True),
    sa.Column("value", sa.Double, nullable=False),
    sa.Column("flags", sa.SmallInteger, nullable=False),
    sqlite_with_rowid=False,
)
book = sa.Table(
    "book",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("portfolio", sa.Text, nullable=False),
    sa.Column("date", sa.Integer, nullable=False),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("known_at", sa.BigInteger, nullable=False),
    sa.Column("assumed", sa.Boolean, nullable=False),
    sa.Column("batch", sa.Integer, sa.ForeignKey("batch.id"), nullable=False),
)
holding = sa.Table(
    "holding",
    metadata,
    sa.Column("book", sa.Integer, sa.ForeignKey("book.id"), primary_key=True),
    sa.Column("security", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("maturity", sa.Integer, nullable=False),
    sa.Column("coupon", sa.Double),
    sa.Column("par", sa.BigInteger, nullable=False),
    sa.Column("inflation_compensation", sa.Double, nullable=False),
    sa.Column("factor", sa.Double),
    sa.Column("term", sa.Integer),
    sqlite_with_rowid=False,
)
document = sa.Table(
    "document",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("published_at", sa.BigInteger, primary_key=True),
    sa.Column("batch", sa.Integer, sa.ForeignKey("batch.id"), primary_key=True),
    sa.Column("bank", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False, index=True),
    sa.Column("day", sa.Integer, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("assumed", sa.Boolean, nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
)
raw = sa.Table(
    "raw",
    metadata,
    sa.Column("digest", sa.Text, primary_key=True),
    sa.Column("content", sa.LargeBinary, nullable=False),
)
refusal = sa.Table(
    "refusal",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("digest", sa.Text),
    sa.Column("template", sa.Text, nullable=False),
    sa.Column("parts", sa.Text, nullable=False),
    sa.Column("says", sa.Text, nullable=False),
    sa.Column("refused_at", sa.BigInteger, nullable=False, index=True),
)
answer = sa.Table(
    "answer",
    metadata,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("request", sa.Text, primary_key=True),
    sa.Column("etag", sa.Text),
    sa.Column("modified", sa.Text),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("fetched_at", sa.BigInteger, nullable=False),
)

# What an older layout lacks, by the layout that brought it: the store is taken there when it is opened.
ADDED: Mapping[int, tuple[str | sa.Table, ...]] = {
    2: (
        "ALTER TABLE holding ADD COLUMN factor DOUBLE PRECISION",
        "ALTER TABLE holding ADD COLUMN term INTEGER",
    ),
    3: (document, raw, refusal, answer),
}


def take_on(connection: sa.Connection) -> int:
    """Add to a store of an older layout what it lacks; another process may have done so meanwhile."""
    version: int = connection.execute(sa.select(layout.c.version)).scalar_one()
    for number in range(version + 1, LAYOUT + 1):
        for lacking in ADDED[number]:
            if isinstance(lacking, sa.Table):
                lacking.create(connection)
            else:
                connection.execute(sa.text(lacking))
        connection.execute(layout.update().values(version=number))
    return max(version, LAYOUT)


def inserted(connection: sa.Connection, statement: sa.Insert) -> int:
    """Insert one row and return its id."""
    key = connection.execute(statement).inserted_primary_key
    assert key is not None, "an insert of one row has a key"
    return int(key[0])
