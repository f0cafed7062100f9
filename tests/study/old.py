"""A store as the first format had it, made by the statements of its time."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from nasdsl.study.rows import Row, StudyInfo

TABLES = """
CREATE TABLE schema_version (version INTEGER NOT NULL);
CREATE TABLE study (
    id INTEGER NOT NULL, name TEXT NOT NULL, space TEXT NOT NULL, space_hash TEXT NOT NULL,
    sources TEXT NOT NULL, params TEXT NOT NULL, settings TEXT NOT NULL, seed INTEGER NOT NULL,
    created TEXT NOT NULL, PRIMARY KEY (id));
CREATE TABLE trials (
    number INTEGER NOT NULL, genotype TEXT NOT NULL, state TEXT NOT NULL, seed INTEGER NOT NULL,
    objectives TEXT NOT NULL, metrics TEXT NOT NULL, params INTEGER, macs INTEGER, started FLOAT,
    finished FLOAT, duration FLOAT NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (number));
INSERT INTO schema_version VALUES (1);
"""


def write_old(path: Path, info: StudyInfo, rows: list[Row]) -> None:
    """The study in a new file of format 1."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(TABLES)
        connection.execute(
            "INSERT INTO study VALUES (1,?,?,?,?,?,?,?,?)",
            (info.name, info.space, info.space_hash, json.dumps(dict(info.sources)),
             json.dumps(dict(info.params)), json.dumps(dict(info.settings)), info.seed, "2025"),
        )  # fmt: skip
        connection.executemany(
            "INSERT INTO trials VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
            [(r.number, r.genotype, r.state, r.seed, json.dumps(r.values),
              json.dumps(dict(r.metrics)), r.params, r.macs, r.started, r.finished, r.duration,
              r.reason) for r in rows],
        )  # fmt: skip
        connection.commit()
