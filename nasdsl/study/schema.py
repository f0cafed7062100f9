"""The tables of a study's file. A change of any of them is a new VERSION."""

from __future__ import annotations

import sqlalchemy as sa

VERSION = 1

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
    sa.Column("seed", sa.Integer, nullable=False),
    sa.Column("created", sa.Text, nullable=False),  # ISO 8601, UTC
)

trials = sa.Table(
    "trials",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("genotype", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),  # pending, done, failed, infeasible
    sa.Column("seed", sa.Integer, nullable=False),
    sa.Column("objectives", sa.Text, nullable=False),  # JSON list; larger is better
    sa.Column("metrics", sa.Text, nullable=False),  # JSON object
    sa.Column("params", sa.Integer),
    sa.Column("macs", sa.Integer),
    sa.Column("started", sa.Float),  # seconds since 1970
    sa.Column("finished", sa.Float),
    sa.Column("duration", sa.Float, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
)
