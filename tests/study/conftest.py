"""The databases that studies are tested on."""

from __future__ import annotations

import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.study.postgres import Server, missing


@pytest.fixture
def limited() -> Iterator[None]:
    """A test that waits for others fails after a while, instead of waiting for ever."""

    def give_up(number: int, frame: object) -> None:
        pytest.fail("it took more than 240 seconds")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(240)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running PostgreSQL."""
    why = missing()
    if why:
        pytest.skip(why)

    with tempfile.TemporaryDirectory(prefix="nasdsl-pg-") as folder:
        server = Server(Path(folder))
        try:
            yield server
        finally:
            server.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str | Path:
    """Where a new study may be made, in each kind of database."""
    if request.param == "sqlite":
        return tmp_path / "study.db"
    server: Server = request.getfixturevalue("server")
    return server.fresh()
