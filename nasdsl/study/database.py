"""A connection to the database of a store, by path or URL, that outlives outages.

SQLite files are in WAL mode with synchronous=NORMAL: a process killed at any moment loses no
committed trial, and readers never wait. PostgreSQL is reached through psycopg.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa

from nasdsl.diagnostics import Diagnostic, NasError
from nasdsl.extras import need

T = TypeVar("T")

PATIENCE = 600.0
"""Seconds for which a database that went away is tried again."""
_PAUSES = 0.05, 5.0  # between two tries: the first, the longest
_PASSING = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CANTOPEN")


class StoreLost(OSError):
    """The database went away and did not come back; what was committed is safe there."""


def store_error(code: str, message: str, help: str) -> NasError:
    return NasError(Diagnostic(code, message, help=help))


def read_url(text: str | Path) -> tuple[sa.URL, str | None]:
    """The database of a path or URL, and the name of the study that its query `study` tells.

    NAS570 for a URL of something else; NAS323 if the driver of PostgreSQL is not installed.
    """
    if isinstance(text, Path) or "://" not in text:
        return sa.URL.create("sqlite", database=str(text)), None
    try:
        url = sa.make_url(text)
    except (sa.exc.ArgumentError, ValueError) as error:
        raise store_error("NAS570", f"this is no URL of a database: {error}", _FORMS) from None
    study = url.query.get("study")
    url = url.difference_update_query(["study"])
    match url.get_backend_name():
        case "sqlite" if url.database and not url.query:
            url = sa.URL.create("sqlite", database=url.database)
        case "postgresql" | "postgres":
            need("psycopg", "postgresql")
            url = url.set(drivername="postgresql+psycopg")
        case other:
            raise store_error("NAS570", f"stores are not kept in {other}", _FORMS)
    return url, study if isinstance(study, str) else None


_FORMS = "name a file, or postgresql://user@host/database?study=NAME"


class Database:
    """One connection, opened at once; a DatabaseError or UnicodeDecodeError if that fails.

    returned: when it last came back, on the monotonic clock; None if it never was away. heal: called
    after every reconnection, for what the server held for the lost connection.
    """

    def __init__(
        self, url: sa.URL, *, patience: float = PATIENCE, heal: Callable[[], None] | None = None
    ) -> None:
        self.url, self.patience, self.heal = url, patience, heal
        self.is_sqlite = url.get_backend_name() == "sqlite"
        self.engine = _engine(url)
        self.returned: float | None = None
        try:
            self._connection: sa.Connection | None = self.engine.connect()
        except (sa.exc.DatabaseError, UnicodeDecodeError):
            self.engine.dispose()
            raise

    @property
    def label(self) -> str:
        """The database as people may see it: without the password."""
        return str(self.url.database) if self.is_sqlite else self.url.render_as_string()

    def run(
        self, work: Callable[[sa.Connection], T], *, write: bool = True, single: bool = False
    ) -> T:
        """The result of work in a transaction, which is tried anew while the database is away.

        single: the work is one statement, which is a transaction without being told so.
        The work may have been committed before a try that fails, so doing it twice must not
        differ from doing it once. Raises StoreLost after `patience` seconds.
        """
        start, pause = time.monotonic(), _PAUSES[0]
        while True:
            try:
                return self._try(work, write, single)
            except sa.exc.DBAPIError as error:
                self._drop(error)
                if not passing(error):
                    raise
                if time.monotonic() - start + pause > self.patience:
                    message = f"{self.label} was away for {self.patience:g} s: {first_line(error)}"
                    raise StoreLost(message) from error
            time.sleep(pause)
            pause = min(2 * pause, _PAUSES[1])

    def _try(self, work: Callable[[sa.Connection], T], write: bool, single: bool) -> T:
        if self._connection is None:
            self._connection = self.engine.connect()
            self.returned = time.monotonic()
            if self.heal is not None:
                self.heal()
        connection = self._connection
        try:
            if single:
                return work(connection)
            connection.exec_driver_sql("BEGIN IMMEDIATE" if write and self.is_sqlite else "BEGIN")
            result = work(connection)
            connection.exec_driver_sql("COMMIT")
        except BaseException:
            self._roll_back(connection, single)
            raise
        return result

    def _roll_back(self, connection: sa.Connection, single: bool) -> None:
        """Leave a connection that can be used again, or none: Ctrl-C may have cut a statement."""
        try:
            if not single and not connection.invalidated:
                connection.exec_driver_sql("ROLLBACK")
        except sa.exc.DBAPIError:  # it is gone, or the server has rolled back already
            connection.invalidate()
        if connection.invalidated:
            self._forget()

    def _drop(self, error: sa.exc.DBAPIError) -> None:
        if error.connection_invalidated or not self.is_sqlite:
            self._forget()

    def _forget(self) -> None:
        if self._connection is not None:
            if not self._connection.invalidated:
                self._connection.invalidate()
            self._connection.close()
            self._connection = None

    def fetch(self, query: sa.Executable) -> Sequence[sa.RowMapping]:
        """All rows of a query; NAS571 if the database cannot read them."""
        try:
            return self.run(lambda c: c.execute(query).mappings().all(), single=True)
        except (sa.exc.DBAPIError, UnicodeDecodeError) as error:  # sqlite3 decodes its messages
            message = f"{self.label} is damaged: {first_line(error)}"
            raise store_error("NAS571", message, "nasdsl did not write it so") from error

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self.engine.dispose()


def passing(error: sa.exc.DBAPIError) -> bool:
    """Whether an error may go away by itself: locks, lost connections, full disks."""
    if isinstance(error.orig, sqlite3.Error):
        return getattr(error.orig, "sqlite_errorname", "").startswith(_PASSING)
    return error.connection_invalidated or isinstance(
        error, sa.exc.OperationalError | sa.exc.InterfaceError
    )


def clock(database: Database) -> sa.ColumnElement[float]:
    """The seconds since 1970 of the database, the one clock that all workers share."""
    if database.is_sqlite:
        return sa.literal_column("(julianday('now') - 2440587.5) * 86400.0", sa.Double)
    return sa.literal_column("extract(epoch from clock_timestamp())::float8", sa.Double)


def _engine(url: sa.URL) -> sa.Engine:
    """In the driver's autocommit mode: transactions are begun and ended by Database.run alone."""
    sqlite = url.get_backend_name() == "sqlite"
    arguments: dict[str, Any] = {"timeout": 30} if sqlite else {"connect_timeout": 10}
    engine = sa.create_engine(
        url, connect_args=arguments, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool
    )
    if sqlite:

        @sa.event.listens_for(engine, "connect")
        def _settle(connection: sqlite3.Connection, record: object) -> None:
            connection.execute("PRAGMA trusted_schema=OFF")  # a stranger's file runs no functions
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")

    return engine


def first_line(error: Exception) -> str:
    """The first line of what the driver says."""
    said = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    lines = str(said).strip().splitlines()
    return lines[0] if lines else type(said).__name__
