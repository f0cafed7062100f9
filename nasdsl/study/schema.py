"""The tables of a store. A change of any of them is a new VERSION and a step in migrations.py."""

from __future__ import annotations

import sqlalchemy as sa

VERSION = 2

metadata = sa.MetaData()

versions = sa.Table("schema_version", metadata, sa.Column("version", sa.Integer, nullable=False))

studies = sa.Table(
    "study",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("space", sa.Text, nullable=False),
    sa.Column("space_hash", sa.Text, nullable=False),
    sa.Column("sources", sa.Text, nullable=False),  # JSON: relative path -> text
    sa.Column("params", sa.Text, nullable=False),  # JSON: the overridden params
    sa.Column("settings", sa.Text, nullable=False),  # JSON: SearchConfig
    sa.Column("seed", sa.BigInteger, nullable=False),
    sa.Column("created", sa.Text, nullable=False),  # ISO 8601, UTC
)
sa.Index("study_name", studies.c.name, unique=True)

trials = sa.Table(
    "trials",
    metadata,
    sa.Column("study", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("genotype", sa.Text, nullable=False),
    sa.Column("decisions", sa.Text, nullable=False),  # JSON object: path -> option in words
    sa.Column("space_hash", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),  # pending, done, failed, infeasible
    sa.Column("seed", sa.BigInteger, nullable=False),
    sa.Column("budget", sa.Text, nullable=False),  # JSON object: epochs, seconds
    sa.Column("objectives", sa.Text, nullable=False),  # JSON list; larger is better
    sa.Column("metrics", sa.Text, nullable=False),  # JSON object
    sa.Column("curve", sa.Text, nullable=False),  # JSON list: the metrics of every epoch
    sa.Column("params", sa.BigInteger),
    sa.Column("macs", sa.BigInteger),
    sa.Column("asked", sa.Integer),  # trials told when it was asked for; null: never asked for
    sa.Column("told", sa.Integer),  # its place among the trials told; null: not told yet
    sa.Column("started", sa.Double),  # seconds since 1970
    sa.Column("finished", sa.Double),
    sa.Column("duration", sa.Double, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("worker", sa.Text),  # host, process and slot that it runs or ran on
    sa.Column("attempts", sa.Integer, nullable=False),  # times that a worker began it
    sa.Column("beat", sa.Double),  # when its pull worker last said that it lives
    sa.Column("ready", sa.Double),  # not to be begun again before
    sqlite_with_rowid=False,
)
_pending = trials.c.state == sa.literal_column("'pending'")
_untold = sa.and_(trials.c.state != sa.literal_column("'pending'"), trials.c.told.is_(sa.null()))
sa.Index(
    "trials_pending", trials.c.study, trials.c.number,
    sqlite_where=_pending, postgresql_where=_pending,
)  # fmt: skip
sa.Index(
    "trials_untold", trials.c.study, trials.c.number,
    sqlite_where=_untold, postgresql_where=_untold,
)  # fmt: skip
