"""Trials in SQLite: every trial is in the file as soon as it is finished.

WAL with synchronous=NORMAL: a process killed at any moment loses no committed trial, and readers
never wait. One process writes; a second one is refused by a lock that the system drops when its
holder dies.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import sqlalchemy as sa

from nasdsl.diagnostics import Diagnostic, NasError

from .schema import VERSION, metadata, studies, trials, versions


@dataclass(frozen=True, slots=True)
class StudyInfo:
    """What a study is about. `sources` are the texts of the space's files by relative path."""

    name: str
    space: str
    space_hash: str
    settings: Mapping[str, Any]
    seed: int
    sources: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, Any] = field(default_factory=dict)
    created: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A trial as stored: the genotype as text."""

    number: int
    genotype: str
    state: str
    seed: int
    values: tuple[float, ...] = ()
    metrics: Mapping[str, float] = field(default_factory=dict)
    params: int | None = None
    macs: int | None = None
    started: float | None = None
    finished: float | None = None
    duration: float = 0.0
    reason: str = ""


class Store:
    """One study's file, open for writing (with the lock) or for reading only."""

    def __init__(self, path: Path, *, write: bool) -> None:
        self.path = path
        self._lock = _take_lock(path) if write else None
        self._engine = _engine(path)
        try:
            self._connection = self._engine.connect()
        except sa.exc.DatabaseError as error:
            self._engine.dispose()
            if self._lock is not None:
                self._lock.close()
            message = f"{path} cannot be opened as a study: {error.orig}"
            raise _error("NAS541", message, "it must be a file that nasdsl wrote") from error

    @classmethod
    def create(cls, path: Path, info: StudyInfo) -> Self:
        """A new study; NAS540 if there is one already."""
        store = cls(path, write=True)
        try:
            with store._transaction() as connection:
                metadata.create_all(connection)
                if connection.execute(sa.select(studies.c.id)).first():
                    raise _error("NAS540", f"{path} holds a study already", _RESUME)
                _insert_study(connection, info)
        except BaseException:
            store.close()
            raise
        return store

    @classmethod
    def exists(cls, path: Path) -> bool:
        """Whether there is a study; a file whose creation was cut short is none."""
        try:
            cls.open(path, write=False).close()
        except NasError as error:
            return error.diagnostics[0].code != "NAS541"
        return True

    @classmethod
    def open(cls, path: Path, *, write: bool = True) -> Self:
        """An existing study: NAS541 none there, NAS542 of another version, NAS543 in use."""
        if not path.is_file():
            help = "start one with `nasdsl search`"
            raise _error("NAS541", f"there is no study at {path}", help)
        store = cls(path, write=write)
        try:
            store._check_version()
        except BaseException:
            store.close()
            raise
        return store

    def info(self) -> StudyInfo:
        row = self._connection.execute(sa.select(studies)).mappings().one()
        self._connection.rollback()
        return StudyInfo(
            name=row["name"],
            space=row["space"],
            space_hash=row["space_hash"],
            settings=json.loads(row["settings"]),
            seed=row["seed"],
            sources=json.loads(row["sources"]),
            params=json.loads(row["params"]),
            created=row["created"],
        )

    def update_settings(self, settings: Mapping[str, Any]) -> None:
        """Replace the settings, for a resume with a larger budget."""
        with self._transaction() as connection:
            connection.execute(sa.update(studies).values(settings=json.dumps(dict(settings))))

    def write(self, row: Row) -> None:
        """Insert a trial, or replace the pending one of its number, in one transaction."""
        values = {
            "number": row.number,
            "genotype": row.genotype,
            "state": row.state,
            "seed": row.seed,
            "objectives": json.dumps(row.values),
            "metrics": json.dumps(dict(row.metrics)),
            "params": row.params,
            "macs": row.macs,
            "started": row.started,
            "finished": row.finished,
            "duration": row.duration,
            "reason": row.reason,
        }
        with self._transaction() as connection:
            connection.execute(_UPSERT, values)

    def rows(self) -> Iterator[Row]:
        """Every trial in order of its number, pending ones included."""
        query = sa.select(trials).order_by(trials.c.number)
        found = self._connection.execute(query).mappings().all()
        self._connection.rollback()
        for r in found:
            yield Row(
                number=r["number"],
                genotype=r["genotype"],
                state=r["state"],
                seed=r["seed"],
                values=tuple(json.loads(r["objectives"])),
                metrics=json.loads(r["metrics"]),
                params=r["params"],
                macs=r["macs"],
                started=r["started"],
                finished=r["finished"],
                duration=r["duration"],
                reason=r["reason"],
            )

    def close(self) -> None:
        self._connection.close()
        self._engine.dispose()
        if self._lock is not None:
            self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self.close()

    @contextmanager
    def _transaction(self) -> Iterator[sa.Connection]:
        with self._connection.begin():
            yield self._connection

    def _check_version(self) -> None:
        try:
            found = self._connection.execute(sa.select(versions.c.version)).scalar()
            study = self._connection.execute(sa.select(studies.c.id)).first()
        except sa.exc.DatabaseError as error:
            message = f"{self.path} is not a study: {error.orig}"
            raise _error("NAS541", message, "start one with `nasdsl search`") from error
        finally:
            self._connection.rollback()
        if found is None or study is None:
            raise _error("NAS541", f"{self.path} is empty", "remove it and search again")
        if found != VERSION:
            message = f"{self.path} has format {found}, this nasdsl reads format {VERSION}"
            raise _error("NAS542", message, "resume it with the version that made it")


_RESUME = "continue it with `nasdsl resume`, or choose another folder with --out"
_UPSERT = sa.text(
    "INSERT OR REPLACE INTO trials (number, genotype, state, seed, objectives, metrics, params,"
    " macs, started, finished, duration, reason) VALUES (:number, :genotype, :state, :seed,"
    " :objectives, :metrics, :params, :macs, :started, :finished, :duration, :reason)"
)


def _error(code: str, message: str, help: str) -> NasError:
    return NasError(Diagnostic(code, message, help=help))


def _insert_study(connection: sa.Connection, info: StudyInfo) -> None:
    connection.execute(sa.insert(versions).values(version=VERSION))
    connection.execute(
        sa.insert(studies).values(
            id=1,
            name=info.name,
            space=info.space,
            space_hash=info.space_hash,
            sources=json.dumps(dict(info.sources)),
            params=json.dumps(dict(info.params)),
            settings=json.dumps(dict(info.settings)),
            seed=info.seed,
            created=info.created or datetime.now(UTC).isoformat(timespec="seconds"),
        )
    )


def _engine(path: Path) -> sa.Engine:
    url = sa.URL.create("sqlite", database=str(path))
    engine = sa.create_engine(url, connect_args={"timeout": 30})

    @sa.event.listens_for(engine, "connect")
    def _settle(connection: sqlite3.Connection, record: object) -> None:
        connection.isolation_level = None  # the driver would begin transactions by its own rules
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine


def _take_lock(path: Path) -> sqlite3.Connection:
    """An exclusive lock on a file beside the study, held by an open SQLite transaction.

    The operating system drops it with the process, however that ends, on every platform.
    """
    lock = sqlite3.connect(path.with_suffix(".lock"), timeout=0, isolation_level=None)
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        lock.close()
        message = f"{path} is in use by another process"
        help = "wait for it or stop it; two searches cannot share a study"
        raise _error("NAS543", message, help) from error
    return lock
