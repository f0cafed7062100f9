"""Stores, settings and messages of strangers: whatever they hold, they are read or refused."""

from __future__ import annotations

import random
import re
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from nasdsl.cli.studies import open_study, plain_name
from nasdsl.diagnostics import NasError
from nasdsl.study.config import SearchConfig
from nasdsl.study.database import read_url
from nasdsl.study.run import start
from nasdsl.study.schema import studies, trials
from nasdsl.study.setup import stored_space
from nasdsl.study.store import Store
from tests.study import faulty

ROOT = Path(__file__).parents[2]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
VALUES = [
    None, -1, 2**62, 1.5, float("inf"), "", "[]", "{}", "null", "[1e999]", '{"a": "b"}', "[" * 9000,
    b"\xff\xfe", "../../etc/passwd", '{"../x.nas": "space a"}', "done", "pending", "x" * 10_000,
    '{"a": NaN}', "\x00", '{"/etc/x.nas": ""}',
]  # fmt: skip


def opened(path: Path) -> None:
    """All that is done with a store before its first trial."""
    with Store.open(path) as store:
        rows = list(store.rows())
        assert all(row.state for row in rows)
        info = store.info()
        config = SearchConfig.model_validate(info.settings)
        start(store, stored_space(info), config, evaluator=None)


def made(path: Path) -> None:
    config = faulty.settings("harmless", "regularized_evolution", 12)
    with Store.create(path, faulty.info(config)) as store:
        start(store, faulty.space(), config).run()


def test_columns_of_anything(tmp_path: Path) -> None:
    made(tmp_path / "good.db")
    rng, refused = random.Random(0), 0
    columns = [(t.name, c.name) for t in (studies, trials) for c in t.columns]
    for table, column in columns:
        for value in rng.sample(VALUES, 5):
            path = tmp_path / "bad.db"
            path.write_bytes((tmp_path / "good.db").read_bytes())
            with closing(sqlite3.connect(path)) as connection, suppress(sqlite3.Error):
                connection.execute(f"UPDATE {table} SET {column} = ?", (value,))
                connection.commit()
            try:
                opened(path)
            except (NasError, ValidationError):
                refused += 1
    assert refused > len(columns)
    assert not (tmp_path.parent / "x.nas").exists()


def test_bytes_of_anything(tmp_path: Path) -> None:
    made(tmp_path / "good.db")
    good, rng = (tmp_path / "good.db").read_bytes(), random.Random(1)
    for _ in range(60):
        data = bytearray(good)
        for _ in range(rng.choice([1, 10, 200])):
            data[rng.randrange(len(data))] = rng.randrange(256)
        path = tmp_path / "bad.db"
        path.write_bytes(data[: rng.randrange(len(data))] if rng.random() < 0.3 else data)
        with suppress(NasError, ValidationError):
            opened(path)


def test_what_looks_like_a_table(tmp_path: Path) -> None:
    """Views and triggers of a stranger run nothing that reaches beyond the file."""
    made(tmp_path / "bad.db")
    with closing(sqlite3.connect(tmp_path / "bad.db")) as connection:
        connection.executescript(
            "ALTER TABLE study RENAME TO real_study;"
            "CREATE VIEW study AS SELECT *, load_extension('evil') AS x FROM real_study;"
        )
    with pytest.raises(NasError):
        opened(tmp_path / "bad.db")


@settings(max_examples=150, deadline=None)
@given(JSON)
def test_settings_of_anything(found: Any) -> None:
    with suppress(ValidationError, NasError):
        SearchConfig.model_validate(found)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60) | JSON.map(lambda v: repr(v).encode()))
def test_run_folders_of_anything(tmp_path_factory: pytest.TempPathFactory, text: bytes) -> None:
    folder = tmp_path_factory.mktemp("run")
    (folder / "config.json").write_bytes(text)
    with pytest.raises(NasError, match=r"NAS541|NAS570"):
        open_study(str(folder))


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(
        ["", "sqlite://", "sqlite:///", "postgresql://", "postgresql://u:p@h/", "x://"]
    ),
    st.text(max_size=30) | st.text("/:@?&=[]%.study1", max_size=30),
)
def test_urls_of_anything(start: str, text: str) -> None:
    with suppress(NasError):
        url, study = read_url(start + text)
        assert url.get_backend_name() in ("sqlite", "postgresql")
        assert url.get_backend_name() == "postgresql" or not url.query
        assert study is None or isinstance(study, str)


@given(st.text(max_size=30))
def test_names_stay_in_their_folder(name: str) -> None:
    with suppress(NasError):
        assert (Path("/runs") / plain_name(name)).resolve().parent == Path("/runs")


@pytest.mark.parametrize(
    "name", ["..", ".", "", "a/b", "/etc", "a\\b", "~", "-rf", "a\n", "x" * 200]
)
def test_names_that_are_none(name: str) -> None:
    with pytest.raises(NasError, match="NAS576"):
        plain_name(name)


def test_nothing_is_unpickled() -> None:
    """No module of the package can: weights are safetensors, all else is JSON or text."""
    for folder in ("nasdsl", "compiler", "cli"):
        for path in (ROOT / folder).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            found = re.search(
                r"^\s*(import|from) (pickle|marshal|shelve|dill|cloudpickle)\b|torch\.load\("
                r"|allow_pickle\s*=\s*True|yaml\.(unsafe_)?load\(", text, re.MULTILINE,
            )  # fmt: skip
            assert found is None, f"{path}: {found and found[0]}"
