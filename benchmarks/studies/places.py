"""Where the studies of the benchmark are kept: a new file, or a new database of a server."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from .cost import size_of


@dataclass(frozen=True, slots=True)
class Place:
    """An empty store. url: of SQLAlchemy; None: a folder is all there is."""

    folder: Path
    url: str | None
    size: Callable[[], int]


@contextmanager
def new_place(server: str | None) -> Iterator[Place]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if server is None:
            yield Place(folder, None, lambda: size_of(folder))
            return
        database = f"bench_{time.time_ns()}"
        _execute(server, f"CREATE DATABASE {database}")
        url = sa.make_url(server).set(database=database).render_as_string(hide_password=False)
        try:
            yield Place(
                folder, url, lambda: _execute(url, "SELECT pg_database_size(current_database())")
            )
        finally:
            _execute(server, f"DROP DATABASE {database} WITH (FORCE)")


def _execute(url: str, statement: str) -> int:
    """Run one statement; the number that it gives, if any."""
    engine = sa.create_engine(driver(url), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        result = connection.exec_driver_sql(statement)
        found = int(result.scalar_one()) if result.returns_rows else 0
    engine.dispose()
    return found


def driver(url: str) -> str:
    """The URL with the driver that nasdsl uses."""
    return (
        sa.make_url(url).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    )
