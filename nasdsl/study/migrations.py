"""Steps that bring a store of an earlier schema to the present one, each in one transaction.

Steps are written in SQL of their own time and never use the tables of schema.py, which move on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import sqlalchemy as sa

Step = Callable[[sa.Connection], None]


def _to_2(connection: sa.Connection) -> None:
    """Several studies a store; decisions, budgets, curves, workers, and the order of asks and tells.

    Up to then trials were asked for and told one by one, so both places are the number.
    """
    for statement in _TO_2:
        connection.exec_driver_sql(statement)


_TO_2 = (
    "ALTER TABLE trials RENAME TO trials_1",
    "CREATE UNIQUE INDEX study_name ON study (name)",
    """CREATE TABLE trials (
        study INTEGER NOT NULL, number INTEGER NOT NULL, genotype TEXT NOT NULL,
        decisions TEXT NOT NULL, space_hash TEXT NOT NULL, state TEXT NOT NULL,
        seed BIGINT NOT NULL, budget TEXT NOT NULL, objectives TEXT NOT NULL,
        metrics TEXT NOT NULL, curve TEXT NOT NULL, params BIGINT, macs BIGINT,
        asked INTEGER, told INTEGER, started DOUBLE, finished DOUBLE,
        duration DOUBLE NOT NULL, reason TEXT NOT NULL, worker TEXT,
        attempts INTEGER NOT NULL, beat DOUBLE, ready DOUBLE,
        PRIMARY KEY (study, number)) WITHOUT ROWID""",
    """INSERT INTO trials SELECT
        (SELECT id FROM study), number, genotype, '{}', (SELECT space_hash FROM study), state,
        seed, '{}', objectives, metrics, '[]', params, macs, number,
        CASE state WHEN 'pending' THEN NULL ELSE number END, started, finished, duration, reason,
        NULL, 1, NULL, NULL FROM trials_1""",
    "DROP TABLE trials_1",
    "CREATE INDEX trials_pending ON trials (study, number) WHERE state = 'pending'",
    "CREATE INDEX trials_untold ON trials (study, number) WHERE state != 'pending' AND told IS NULL",
    "UPDATE schema_version SET version = 2",
)

STEPS: Mapping[int, Step] = {1: _to_2}
"""By the version that a step starts from."""


def migrate(connection: sa.Connection, found: int, wanted: int) -> None:
    """Take every step from one version to another, inside the transaction of the connection."""
    for version in range(found, wanted):
        STEPS[version](connection)
