"""A real PostgreSQL server of the tests' own, started from the binaries of the system."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path

USER = "nasdsl"


def binaries() -> Path | None:
    """The folder of initdb and postgres, if they are installed."""
    found = shutil.which("initdb")
    places = [Path(found).resolve().parent] if found else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((p for p in places if (p / "postgres").exists() and (p / "initdb").exists()), None)


def missing() -> str:
    """Why there can be no server here; empty if there can."""
    if find_spec("psycopg") is None:
        return "psycopg is not installed: pip install 'nasdsl[postgresql]'"
    if binaries() is None:
        return "PostgreSQL is not installed: make postgresql"
    if os.name != "posix":
        return "the tests start PostgreSQL on POSIX systems only"
    if os.geteuid() == 0 and _account() is None:
        return "PostgreSQL does not run as root, and there is no user postgres or nobody"
    return ""


def _account() -> str | None:
    import pwd

    names = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in ("postgres", "nobody") if name in names), None)


class Server:
    """A server in a folder; it may be killed and started again."""

    def __init__(self, folder: Path) -> None:
        bin = binaries()
        assert bin is not None
        self._bin, self._data = bin, folder / "data"
        self._user = _account() if os.geteuid() == 0 else None
        self._log = folder / "log"
        if self._user is not None:
            shutil.chown(folder, self._user)
        folder.chmod(0o700)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._call("initdb", "-D", str(self._data), "-A", "trust", "-U", USER, "--no-sync")
        self._process: subprocess.Popen[bytes] | None = None
        self.start()
        self._names = 0

    def _call(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(self._bin / program), *arguments],
            user=self._user, check=True, capture_output=True, cwd="/", timeout=120,
        )  # fmt: skip

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [str(self._bin / "postgres"), "-D", str(self._data), "-p", str(self.port), "-F",
                 "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="],
                user=self._user, stdout=log, stderr=log, cwd="/",
            )  # fmt: skip
        end = time.monotonic() + 60
        while not self._answers():
            assert self._process.poll() is None, self._log.read_text()
            assert time.monotonic() < end, "the server does not start"
            time.sleep(0.05)

    def _answers(self) -> bool:
        import psycopg

        try:
            psycopg.connect(self.url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it; SIGINT drops every connection, SIGQUIT is a crash."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(60)
            self._process = None

    def url(self, database: str) -> str:
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{database}"

    def fresh(self) -> str:
        """The URL of a new empty database."""
        import psycopg

        self._names += 1
        name = f"t{self._names}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return self.url(name)
