"""One process drives a study: an exclusive lock that its holder's death releases.

For SQLite the operating system drops it with the process, however that ends, on every platform;
PostgreSQL's server drops it with the connection.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa

from nasdsl.diagnostics import NasError

from .database import Database, store_error

_SPACE = 0x6E6173  # of advisory locks: nobody else's


class Lock(Protocol):
    """Held from its making to `close`; NAS543 if another process has it."""

    def renew(self) -> None:
        """Take it again after the database was away; NAS543 if it was lost meanwhile."""

    def close(self) -> None:
        """Give it back."""


class FileLock:
    """A lock on a file beside the study, held by an open SQLite transaction."""

    def __init__(self, path: Path) -> None:
        self._lock = sqlite3.connect(path.with_suffix(".lock"), timeout=0, isolation_level=None)
        try:
            self._lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            self._lock.close()
            raise _in_use(str(path)) from error

    def renew(self) -> None:
        """A file's lock is never lost."""

    def close(self) -> None:
        self._lock.close()


class ServerLock:
    """An advisory lock of PostgreSQL, on a connection of its own."""

    def __init__(self, database: Database, study: int, label: str) -> None:
        self._database, self._study, self._label = database, study, label
        self._connection = self._take()

    def _take(self) -> sa.Connection:
        connection = self._database.engine.connect()
        call = f"SELECT pg_try_advisory_lock({_SPACE}, {self._study})"
        if not connection.exec_driver_sql(call).scalar():
            connection.close()
            raise _in_use(self._label)
        return connection

    def renew(self) -> None:
        try:
            self._connection.exec_driver_sql("SELECT 1")
        except sa.exc.DBAPIError:
            self._connection.invalidate()
            self._connection.close()
            self._connection = self._take()

    def close(self) -> None:
        self._connection.close()


def _in_use(label: str) -> NasError:
    message = f"{label} is in use by another process"
    help = "wait for it or stop it; two searches cannot share a study"
    return store_error("NAS543", message, help)
