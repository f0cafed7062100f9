"""The packages that pyproject lists are the folders that are there."""

from __future__ import annotations

import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
FOLDERS = ("nasdsl", "grammar", "spaces", "compiler", "cli")


def test_every_folder_with_code_is_listed() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
        "setuptools"
    ]
    places = {v: k for k, v in settings["package-dir"].items()}
    found = set()
    for folder in FOLDERS:
        for file in (ROOT / folder).rglob("__init__.py"):
            path = file.parent.relative_to(ROOT).as_posix()
            found.add(places.get(path, path.replace("/", ".")))
    assert found == set(settings["packages"])


def test_data_folders_hold_data() -> None:
    for folder in ("grammar", "spaces"):
        code = [p.name for p in (ROOT / folder).glob("*.py")]
        assert code == ["__init__.py"]


def test_data_files_are_packaged() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
        "setuptools"
    ]
    patterns = settings["package-data"]["*"]
    files = [p for f in ("grammar", "spaces") for p in (ROOT / f).rglob("*") if p.is_file()]
    data = [p for p in files if p.suffix in (".nas", ".lark")]
    assert data
    for path in data:
        assert (path.parent / "__init__.py").exists(), path
        assert any(path.match(pattern) for pattern in patterns), path
