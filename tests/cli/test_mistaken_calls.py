"""Commands called with what they cannot use: a message without a traceback, and nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.helpers import SMALL, invoke

RANK = ("small.nas", "--rank", "0")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.nas").write_text(SMALL)
    (tmp_path / "bytes.nas").write_bytes(b"\xff\xfe\x00space")
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "folder.nas").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    "command", ["check", "fmt", "info", "sample", "encode", "draw", "compile", "cost", "train", "search"]
)  # fmt: skip
@pytest.mark.parametrize(
    ("file", "says"),
    [
        ("nowhere.nas", "NAS551"), ("folder.nas", "NAS550"), ("bytes.nas", "NAS003"),
        ("x" * 300, "NAS551"), ("", "NAS551"), ("empty.txt", "NAS552"),
    ],
)  # fmt: skip
def test_files_that_are_no_spaces(command: str, file: str, says: str) -> None:
    result = invoke(command, file)
    assert (result.exit_code, says in result.stderr) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("draw", *RANK, "-o", "nowhere/x.svg"), 2, "there is no folder nowhere to write x.svg into"),
        (("draw", *RANK, "-o", "bytes.nas/x.svg"), 2, "there is no folder bytes.nas"),
        (("draw", *RANK, "-o", "x" * 300 + ".svg"), 1, "File name too long"),
        (("compile", *RANK, "-o", "nowhere/x.py"), 2, "there is no folder nowhere"),
        (("compile", *RANK, "--emit", "onnx", "-o", "nowhere/x.onnx"), 2, "there is no folder nowhere"),
        (("compile", *RANK, "-o", "folder.nas"), 2, "folder.nas is a folder"),
        (("compile", *RANK, "--emit", "c"), 2, "--emit"),
        (("train", *RANK, "-o", "bytes.nas/x"), 1, "bytes.nas/x: Not a directory"),
        (("train", *RANK, "--data", "nowhere"), 2, "NAS701"),
        (("train", *RANK, "--evaluate", "train("), 2, "NAS035"),
        (("sample", "small.nas", "-n", "0"), 2, "'-n'"),
        (("sample", "small.nas", "--as", "x" * 300), 2, "NAS561"),
        (("encode", "small.nas", "--rank", str(10**30)), 2, "NAS554"),
        (("encode", "small.nas", "--genotype", "x" * 300), 2, "NAS463"),
        (("check", "small.nas", "--set", "units"), 2, "NAS553"),
        (("search", "small.nas", "--set", "evaluate.epochs=3"), 2, "not the name of a parameter"),
        (("check", "small.nas", "--set", "units=many"), 2, "NAS"),
        (("check", "small.nas", "--set", "unit=3"), 2, "did you mean `units`"),
        (("decode", "small.nas"), 2, "write @small.nas"),
        (("decode", "@nowhere"), 2, "NAS040"),
        (("decode", "@folder.nas"), 2, "NAS041"),
        (("decode", "@bytes.nas"), 2, "NAS003"),
        (("decode", "@empty.txt"), 2, "holds no text"),
        (("decode", "-"), 2, "holds no text"),
        (("convert", "empty.txt", "--to", "darts"), 2, "write @empty.txt"),
        (("convert", "x", "--to", "nothing"), 2, "NAS560"),
        (("search", "small.nas", "--strategy", "randm"), 2, "NAS321"),
        (("search", "small.nas", "--objective", "maximize(joy)"), 2, "NAS544"),
        (("search", "small.nas", "--time", "soon"), 2, "NAS306"),
        (("search", "small.nas", "-o", "bytes.nas"), 2, "NAS555"),
        (("resume", "nowhere"), 2, "NAS541"),
    ],
)  # fmt: skip
def test_arguments_that_cannot_be(arguments: tuple[str, ...], code: int, says: str) -> None:
    result = invoke(*arguments)
    assert (result.exit_code, result.stderr.count("Traceback")) == (code, 0), result.stderr
    assert says in result.stderr


def test_a_training_that_cannot_be_kept_does_not_begin() -> None:
    result = invoke("train", *RANK, "--epochs", "1", "-o", "bytes.nas/x")
    assert result.exit_code == 1 and "epoch" not in result.stderr
