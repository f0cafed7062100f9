"""Imports stay under the root, are loaded once and in order, and say what is wrong with them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nasdsl import syntax as s
from nasdsl.diagnostics import NasError
from nasdsl.source import load, load_source, shipped


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/')}.nas"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def codes(path: Path) -> list[str]:
    with pytest.raises(NasError) as caught:
        load(path)
    return [d.code for d in caught.value.diagnostics]


def names(programs: tuple[s.Program, ...]) -> list[str]:
    return [i.name for p in programs for i in p.items if isinstance(i, s.Let)]


def test_imports_come_first_and_once(tmp_path: Path) -> None:
    write(
        tmp_path,
        main='import "sub/b.nas" import "c.nas" let main = 1',
        sub__b='import "../c.nas" let b = 1',
        c='import "sub/d.nas" let c = 1',
        sub__d="let d = 1",
    )
    assert names(load(tmp_path / "main.nas")) == ["d", "c", "b", "main"]


def test_every_mistake_is_reported(tmp_path: Path) -> None:
    write(tmp_path, main='import "a.nas" import "b.nas" import "c.nas"', a="let", b="let x = ;")
    assert codes(tmp_path / "main.nas") == ["NAS010", "NAS015", "NAS040"]


def test_symbolic_links_do_not_lead_out(tmp_path: Path) -> None:
    write(tmp_path, root__main='import "link.nas"', secret="let secret = 1")
    (tmp_path / "root" / "link.nas").symlink_to(tmp_path / "secret.nas")
    assert codes(tmp_path / "root" / "main.nas") == ["NAS044"]
    (tmp_path / "root" / "link.nas").unlink()
    (tmp_path / "root" / "link.nas").symlink_to(tmp_path / "root" / "other.nas")
    write(tmp_path, root__other="let fine = 1")
    assert names(load(tmp_path / "root" / "main.nas")) == ["fine"]


@pytest.mark.parametrize("path", ["../x.nas", "a/../../x.nas", "/x.nas", "~/x.nas", "c:x.nas"])
def test_paths_do_not_lead_out(tmp_path: Path, path: str) -> None:
    write(tmp_path, x="let x = 1", root__main=f'import "{path}"')
    assert codes(tmp_path / "root" / "main.nas")[0] in ("NAS043", "NAS044")


def test_only_regular_files_are_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.nas")
    write(tmp_path, main='import "pipe.nas"')
    assert codes(tmp_path / "main.nas") == ["NAS041"]
    assert codes(tmp_path / "pipe.nas") == ["NAS041"]
    assert codes(tmp_path) == ["NAS041"]
    assert codes(tmp_path / "none.nas") == ["NAS040"]
    assert codes(Path("/dev/zero")) == ["NAS041"]


def test_long_files_and_other_encodings_are_refused(tmp_path: Path) -> None:
    (tmp_path / "long.nas").write_bytes(b" " * 2_000_001)
    assert codes(tmp_path / "long.nas") == ["NAS001"]
    (tmp_path / "odd.nas").write_bytes(b"# caf\xe9")
    assert codes(tmp_path / "odd.nas") == ["NAS003"]
    (tmp_path / "bom.nas").write_bytes(b"\xef\xbb\xbflet a = 1")
    assert names(load(tmp_path / "bom.nas")) == ["a"]


def test_cycles_name_the_chain(tmp_path: Path) -> None:
    write(tmp_path, main='import "a.nas"', a='import "b.nas"', b='import "main.nas"')
    with pytest.raises(NasError, match=r"main\.nas → a\.nas → b\.nas → main\.nas"):
        load(tmp_path / "main.nas")


def test_many_files_are_refused(tmp_path: Path) -> None:
    write(tmp_path, **{f"f{i}": f'import "f{i + 1}.nas"' for i in range(300)})
    assert codes(tmp_path / "f0.nas") == ["NAS048"]


def test_shipped_libraries_are_found_by_name(tmp_path: Path) -> None:
    for name, file in shipped().items():
        write(tmp_path, main=f'import "{name}"')
        assert len(load(tmp_path / "main.nas")) >= 2, file


def test_the_name_in_messages_can_be_chosen(tmp_path: Path) -> None:
    write(tmp_path, main="let a = 1")
    assert load_source(tmp_path / "main.nas", "shown").name == "shown"
