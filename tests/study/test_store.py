"""Stores: formats of before, several studies in a database, takeovers, what stands in a row."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from nasdsl import parse_space
from nasdsl.diagnostics import NasError
from nasdsl.difference import difference
from nasdsl.study.database import read_url
from nasdsl.study.run import start
from nasdsl.study.schema import VERSION, metadata
from nasdsl.study.store import Row, Store
from nasdsl.study.takeover import index_of, take_over_trials
from tests.study import faulty
from tests.study.faulty import FILE, TEXT, content
from tests.study.old import write_old


def code_of(call: object) -> str:
    with pytest.raises(NasError) as caught:
        call()  # type: ignore[operator]
    return caught.value.diagnostics[0].code


def searched(place: str | Path, budget: int, strategy: str = "regularized_evolution") -> list[Row]:
    config = faulty.settings("harmless", strategy, budget)
    with Store.create(place, faulty.info(config)) as store:
        start(store, faulty.space(), config).run()
        return list(store.rows())


def test_a_store_of_the_first_format_is_resumed(tmp_path: Path) -> None:
    rows = searched(tmp_path / "whole.db", 40)
    config = faulty.settings("harmless", "regularized_evolution", 40)
    old = tmp_path / "old.db"
    under_way = replace(rows[20], state="pending", values=(), metrics={}, reason="")
    write_old(old, faulty.info(config), [*rows[:20], under_way])
    with Store.open(old) as store:
        assert [r.genotype for r in store.rows()] == [r.genotype for r in rows[:21]]
        start(store, faulty.space(), config).run()
    before, after = content(tmp_path / "whole.db"), content(old)
    facts = [1, 4, 5, 6, 7, 10, 11, 12, 13, 14]  # what the first format kept, and the order
    assert [[r[i] for i in facts] for r in before] == [[r[i] for i in facts] for r in after]
    assert before[20:] == after[20:] or before[21:] == after[21:]


def test_migrated_tables_are_those_of_new_stores(tmp_path: Path) -> None:
    config = faulty.settings()
    write_old(tmp_path / "old.db", faulty.info(config), [])
    Store.open(tmp_path / "old.db").close()
    Store.create(tmp_path / "new.db", faulty.info(config)).close()
    shapes = []
    for name in ("old.db", "new.db"):
        engine = sa.create_engine(f"sqlite:///{tmp_path / name}")
        inspector = sa.inspect(engine)
        shapes.append(
            {
                table: (
                    [(c["name"], c["nullable"]) for c in inspector.get_columns(table)],
                    sorted(i["name"] or "" for i in inspector.get_indexes(table)),
                    inspector.get_pk_constraint(table)["constrained_columns"],
                )
                for table in metadata.tables
            }
        )
        engine.dispose()
    assert shapes[0] == shapes[1]


def test_a_migration_that_fails_changes_nothing(tmp_path: Path) -> None:
    rows = searched(tmp_path / "whole.db", 3)
    path = tmp_path / "old.db"
    write_old(path, faulty.info(faulty.settings()), rows)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE trials_1 (x)")  # in the way of the step
        connection.commit()
    assert code_of(lambda: Store.open(path)) == "NAS541"
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT version FROM schema_version").fetchone() == (1,)
        assert connection.execute("SELECT count(*) FROM trials").fetchone() == (3,)


def test_later_formats_are_refused(tmp_path: Path) -> None:
    searched(tmp_path / "study.db", 1)
    with closing(sqlite3.connect(tmp_path / "study.db")) as connection:
        connection.execute("UPDATE schema_version SET version = ?", (VERSION + 1,))
        connection.commit()
    assert code_of(lambda: Store.open(tmp_path / "study.db")) == "NAS542"


def test_same_seed_same_contents(place: str | Path, tmp_path: Path) -> None:
    searched(place, 30)
    searched(tmp_path / "other.db", 30)
    assert content(place) == content(tmp_path / "other.db")


def test_a_row_tells_everything(place: str | Path) -> None:
    row = next(row for row in searched(place, 8) if row.state == "done")
    assert row.decisions.keys() == {"linear.out", "linear-2.out"} or len(row.decisions) == 3
    assert row.space_hash == faulty.space().hash and row.worker and row.params and row.macs
    assert (row.asked, row.told) == (row.number, row.number)
    assert row.started is not None and row.finished is not None
    assert row.started <= row.finished


def test_several_studies_share_a_server(server: object) -> None:
    url = server.fresh()  # type: ignore[attr-defined]
    config = faulty.settings(budget=3)
    for name in ("one", "two"):
        with Store.create(url, faulty.info(config, name=name)) as store:
            start(store, faulty.space(), config).run()
    assert code_of(lambda: Store.create(url, faulty.info(config, name="one"))) == "NAS540"
    assert code_of(lambda: Store.open(url)) == "NAS572"
    assert code_of(lambda: Store.open(f"{url}?study=three")) == "NAS541"
    with Store.open(f"{url}?study=two") as store:
        assert store.info().name == "two" and len(list(store.rows())) == 3
        assert store.address() == f"{url}?study=two"
        assert code_of(lambda: Store.open(f"{url}?study=two")) == "NAS543"
        Store.open(f"{url}?study=one").close()
        Store.open(f"{url}?study=two", write=False).close()


@pytest.mark.parametrize("text", ["mysql://h/d", "postgresql+pg8000", "://", "sqlite://"])
def test_what_is_no_store(text: str, tmp_path: Path) -> None:
    if "://" in text:
        assert code_of(lambda: read_url(text)) == "NAS570"
    else:
        assert read_url(text)[0].database == text


def test_no_server_there() -> None:
    pytest.importorskip("psycopg")
    assert code_of(lambda: Store.open("postgresql://u:secret@127.0.0.1:1/none")) == "NAS541"
    with pytest.raises(NasError) as caught:
        Store.open("postgresql://u:secret@127.0.0.1:1/none")
    assert "secret" not in str(caught.value)


WIDER = TEXT.replace("any 1..20) -> (relu | tanh)", "any 5..30) -> (relu | tanh | gelu)")
OTHER = TEXT.replace("vector(4)", "vector(5)")


def test_differences() -> None:
    found = difference(faulty.space(), faulty.space(WIDER))
    assert not found.same and not found.added and not found.removed and len(found.changed) == 2
    assert ("relu | tanh", "relu | tanh | gelu") in found.changed.values()
    assert found.lines()[-1] == "size: 800 -> 1,560"
    assert difference(faulty.space(), faulty.space()).lines() == ["the spaces are the same"]
    lines = difference(faulty.space(), faulty.space(OTHER)).lines()
    assert lines[0] == "the decisions are the same, and lead to other networks or limits"


def test_trials_that_still_exist_are_taken_over(tmp_path: Path) -> None:
    rows = searched(tmp_path / "a.db", 40)
    wider = parse_space(WIDER, FILE)
    config = faulty.settings("harmless", "regularized_evolution", 60)
    info = faulty.info(config, WIDER)
    with Store.open(tmp_path / "a.db") as old, Store.create(tmp_path / "b.db", info) as store:
        taken, left = take_over_trials(old, store, wider)
        done = [r for r in rows if r.state == "done"]
        widths = [int(str(next(iter(r.decisions.values())))) for r in done]
        assert (taken, left) == (sum(w >= 5 for w in widths), sum(w < 5 for w in widths))
        assert taken and left
        moved = list(store.rows())
        kept = [r for r, w in zip(done, widths, strict=True) if w >= 5]
        assert [(r.values, r.seed, r.macs) for r in moved] == [
            (r.values, r.seed, r.macs) for r in kept
        ]
        search = start(store, wider, config)
        assert search.progress.done == taken
        search.run()
    with Store.open(tmp_path / "b.db") as store:
        start(store, wider, config.model_copy(update={"budget": 65})).run()
    assert len(content(tmp_path / "b.db")) == 65


def test_no_trial_of_other_networks_is_taken_over(tmp_path: Path) -> None:
    searched(tmp_path / "a.db", 10)
    info = faulty.info(faulty.settings(), OTHER)
    with Store.open(tmp_path / "a.db") as old, Store.create(tmp_path / "b.db", info) as store:
        taken, _ = take_over_trials(old, store, faulty.space(OTHER))
    assert taken == 0


def test_options_are_found_by_their_words() -> None:
    text = """space kinds
let a = any 0.25..0.5
let p = pick 2 of [3, 4, 5]
network = vector(8) -> linear(sum(p)) -> (relu | tanh) -> dropout(a) -> linear(2)
"""
    found = parse_space(text)
    for path, domain in found.all_decisions():
        options = [0.3] if domain.size is None else range(domain.size)
        for index in options:
            word = index if domain.kind == "float" else domain.show(index)
            assert index_of(domain, word) == index, path
        for foreign in ("nothing", "(9, 9)", 7.0):
            assert index_of(domain, foreign) is None
