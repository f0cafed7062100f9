"""Optional dependencies that are missing say what to install; broken ones are not hidden."""

from __future__ import annotations

from pathlib import Path

import pytest

from nasdsl import NasError
from nasdsl.extras import need


def test_what_is_there_is_imported() -> None:
    import json.decoder

    assert need("json.decoder", "any") is json.decoder


def test_what_is_missing_names_its_extra() -> None:
    with pytest.raises(NasError) as caught:
        need("no_such_package.part", "multi")
    (found,) = caught.value.diagnostics
    assert (found.code, found.help) == ("NAS323", "pip install 'nasdsl[multi]'")
    assert "no_such_package," in found.message


def test_a_broken_package_is_not_called_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken_extra.py").write_text("import not_there_at_all\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="not_there_at_all"):
        need("broken_extra", "multi")
