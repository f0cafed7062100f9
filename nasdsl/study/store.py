"""A study in a database: every trial is there as soon as it is asked for, and as it is finished.

One process drives a study, with its lock; others may read it, and pull trials (leases.py).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from nasdsl.diagnostics import NasError

from .database import PATIENCE, Database, first_line, read_url, store_error
from .locks import FileLock, Lock, ServerLock
from .migrations import migrate
from .rows import Row, StudyInfo, from_columns, info_columns, info_from, to_columns
from .schema import VERSION, metadata, studies, trials, versions

__all__ = ["Row", "Store", "StudyInfo"]

BLOCK = 2000  # rows read at a time


class Store:
    """One study, open for driving it (with the lock) or for reading only.

    path: the file, or a URL of a database. folder: where the run's other files are.
    """

    def __init__(
        self, path: str | Path, *, write: bool, name: str | None = None,
        folder: Path | None = None, patience: float = PATIENCE,
    ) -> None:  # fmt: skip
        url, study = read_url(path)
        file = Path(url.database or "") if url.get_backend_name() == "sqlite" else None
        self._name = name or study
        self.path = file or path
        self.folder = folder or (file.parent if file else Path())
        self.study = 0
        self._lock: Lock | None = FileLock(file) if write and file else None
        self._write = write
        try:
            self.database = Database(url, patience=patience, heal=self._heal)
        except (sa.exc.DatabaseError, UnicodeDecodeError) as error:
            if self._lock is not None:
                self._lock.close()
            shown = file or url.render_as_string()
            message = f"{shown} cannot be opened as a study: {first_line(error)}"
            help = "it must be a file that nasdsl wrote, or a database that can be reached"
            raise store_error("NAS541", message, help) from error

    @classmethod
    def create(
        cls, path: str | Path, info: StudyInfo, *, folder: Path | None = None,
        patience: float = PATIENCE,
    ) -> Self:  # fmt: skip
        """A new study; NAS540 if there is one of its name already."""
        store = cls(path, write=True, folder=folder, patience=patience)
        try:
            if store._name is not None:
                info = replace(info, name=store._name)
            store._make_tables()
            store._insert(info)
            store._take_lock()
        except BaseException:
            store.close()
            raise
        return store

    @classmethod
    def exists(cls, path: str | Path) -> bool:
        """Whether there is a study; a file whose creation was cut short is none."""
        try:
            cls.open(path, write=False).close()
        except NasError as error:
            return error.diagnostics[0].code != "NAS541"
        return True

    @classmethod
    def open(
        cls, path: str | Path, *, write: bool = True, folder: Path | None = None,
        patience: float = PATIENCE,
    ) -> Self:  # fmt: skip
        """An existing study: NAS541 none there, NAS542 of a later version, NAS543 in use, NAS572
        which of several. A store of an earlier version is brought to the present one."""
        url, _ = read_url(path)
        if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
            help = "start one with `nasdsl search`"
            raise store_error("NAS541", f"there is no study at {url.database}", help)
        store = cls(path, write=write, folder=folder, patience=patience)
        try:
            store._settle_version()
            store._find()
            if write:
                store._take_lock()
        except BaseException:
            store.close()
            raise
        return store

    def address(self) -> str | None:
        """Where to find the study, if it is not a file: a URL without the password."""
        if self.database.is_sqlite:
            return None
        url = self.database.url.set(password=None, drivername="postgresql")
        url = url.update_query_dict({"study": self.info().name})
        return url.render_as_string(hide_password=False)

    # ------------------------------------------------------------ studies

    def info(self) -> StudyInfo:
        query = sa.select(studies).where(studies.c.id == self.study)
        return info_from(self.database.fetch(query)[0])

    def update_settings(self, settings: Mapping[str, Any]) -> None:
        """Replace the settings, for a resume with a larger budget."""
        update = sa.update(studies).where(studies.c.id == self.study)
        values = {"settings": json.dumps(dict(settings))}
        self.database.run(lambda c: c.execute(update, values))

    # ------------------------------------------------------------- trials

    def write(self, *rows: Row) -> None:
        """Insert trials, or replace pending ones of their numbers, in one transaction.

        What the strategy was told of never changes, nor does what a worker finished: of it only
        `told` is set.
        """
        values = [to_columns(self.study, row) for row in rows]
        upsert = _UPSERT_SQLITE if self.database.is_sqlite else _UPSERT_POSTGRESQL
        single = len(values) == 1
        given: Any = values[0] if single else values
        self.database.run(lambda c: c.execute(upsert, given), single=single)

    def settle(self, row: Row) -> bool:
        """Write a trial that was lost; False if its worker finished it in the meantime."""
        self.write(row)
        found = self.row(row.number)
        return (found.state, found.told) == (row.state, row.told)

    def rows(self) -> Iterator[Row]:
        """Every trial in order of its number, pending ones included."""
        after = -1
        while block := self._block(after):
            yield from map(from_columns, block)
            after = block[-1]["number"]

    def row(self, number: int) -> Row:
        """One trial; NAS573 if there is none."""
        query = sa.select(trials).where(trials.c.study == self.study, trials.c.number == number)
        for found in self.database.fetch(query):
            return from_columns(found)
        raise store_error(
            "NAS573", f"the study has no trial {number}", "its trials are numbered from 0"
        )

    def _block(self, after: int) -> Sequence[sa.RowMapping]:
        query = _BLOCK.params(study=self.study, after=after)
        return self.database.fetch(query)

    def close(self) -> None:
        self.database.close()
        if self._lock is not None:
            self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self.close()

    # ------------------------------------------------------------ opening

    def _make_tables(self) -> None:
        def work(connection: sa.Connection) -> None:
            metadata.create_all(connection)
            if connection.execute(sa.select(versions.c.version)).first() is None:
                connection.execute(sa.insert(versions).values(version=VERSION))

        self.database.run(work)
        self._settle_version()

    def _insert(self, info: StudyInfo) -> None:
        created = info.created or datetime.now(UTC).isoformat(timespec="seconds")
        values = info_columns(replace(info, created=created))

        def work(connection: sa.Connection) -> int:
            known = sa.select(studies.c.name)
            if not self.database.is_sqlite:  # a file is for one study
                known = known.where(studies.c.name == info.name)
            if connection.execute(known).first():
                message = f"{self.database.label} holds a study `{info.name}` already"
                raise store_error("NAS540", message, _RESUME)
            found = connection.execute(sa.insert(studies).returning(studies.c.id), values)
            return int(found.scalar_one())

        self.study = self.database.run(work)

    def _find(self) -> None:
        found = self.database.fetch(sa.select(studies.c.id, studies.c.name))
        names = [row["name"] for row in found]
        fitting = [row for row in found if self._name in (None, row["name"])]
        if not fitting:
            named = f"no study `{self._name}`" if self._name else "no study"
            help = f"it holds {', '.join(names)}" if names else "start one with `nasdsl search`"
            raise store_error("NAS541", f"{self.database.label} holds {named}", help)
        if len(fitting) > 1:
            message = f"{self.database.label} holds the studies {', '.join(names)}"
            raise store_error("NAS572", message, "name one with ?study=NAME behind the URL")
        self.study = fitting[0]["id"]

    def _settle_version(self) -> None:
        def version(connection: sa.Connection) -> int:
            found = connection.execute(sa.select(versions.c.version)).scalar()
            if not isinstance(found, int):
                message = f"{self.database.label} is empty"
                raise store_error("NAS541", message, "remove it and search again")
            if found > VERSION or found < 1:
                message = f"{self.database.label} has format {found}, this nasdsl reads {VERSION}"
                help = "resume it with the version that made it"
                raise store_error("NAS542", message, help)
            return found

        try:
            if self.database.run(version, write=False) != VERSION:
                self.database.run(lambda c: migrate(c, version(c), VERSION))
        except (sa.exc.DBAPIError, UnicodeDecodeError) as error:
            message = f"{self.database.label} is not a study: {first_line(error)}"
            raise store_error("NAS541", message, "start one with `nasdsl search`") from error

    def _take_lock(self) -> None:
        if self._lock is None:
            self._lock = ServerLock(self.database, self.study, self.database.label)

    def _heal(self) -> None:
        if self._lock is not None:
            self._lock.renew()


_RESUME = "continue it with `nasdsl resume`, or choose another folder with --out"
_BLOCK = (
    sa.select(trials)
    .where(trials.c.study == sa.bindparam("study"), trials.c.number > sa.bindparam("after"))
    .order_by(trials.c.number)
    .limit(BLOCK)
)
_KEYS = "study", "number"


def _upsert(insert: Any) -> Any:
    given = [c for c in trials.c if c.name not in (*_KEYS, "beat")]
    fits = sa.or_(
        trials.c.state == sa.literal_column("'pending'"), trials.c.state == insert.excluded.state
    )
    return insert.on_conflict_do_update(
        index_elements=_KEYS,
        set_={c.name: insert.excluded[c.name] for c in given},
        where=sa.and_(trials.c.told.is_(None), fits),
    )


_UPSERT_SQLITE = _upsert(sqlite.insert(trials))
_UPSERT_POSTGRESQL = _upsert(postgresql.insert(trials))
