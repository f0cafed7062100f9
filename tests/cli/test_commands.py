"""Commands that read spaces: output, JSON, options, mistakes and exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from nasdsl.cli.common import find_space, human, read_sets, size_text
from nasdsl.cli.main import COMMANDS
from nasdsl.diagnostics import NasError
from nasdsl.space import load
from tests.cli.helpers import ROOT, SMALL, invoke, run


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.nas").write_text(SMALL)
    return Path("small.nas")


def code_of(text: str) -> str:
    with pytest.raises(NasError) as caught:
        find_space(text)
    return caught.value.diagnostics[0].code


def test_help_lists_every_command_and_imports_none() -> None:
    code = (
        "import sys, conftest\nfrom nasdsl.cli.main import cli\n"
        "try: cli.main(['--help'])\nexcept SystemExit: pass\n"
        "heavy = {'torch', 'pydantic', 'lark', 'rich', 'sqlalchemy', 'numpy'}\n"
        "sys.exit(sorted(heavy & {m.split('.')[0] for m in sys.modules}) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)  # noqa: PLW1510
    assert done.returncode == 0, done.stderr
    assert all(f"  {name}" in done.stdout for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str) -> None:
    result = invoke(name, "--help")
    assert result.exit_code == 0 and "Usage:" in result.output


def test_check(small: Path) -> None:
    assert invoke("check", small).output == "no mistakes in small.nas\n"
    small.write_text("space bad\nnetwork = vector(4) -> linaer(2)\n")
    result = invoke("check", small)
    assert result.exit_code == 2 and "error[NAS" in result.stderr
    result = invoke("check", "--json", small, "nowhere.nas")
    records = json.loads(result.stdout)
    assert result.exit_code == 2 and len(records) >= 2
    assert records[0]["line"] == 2 and records[0]["code"].startswith("NAS")


def test_fmt(small: Path) -> None:
    untidy = SMALL.replace("param units = 8", "param   units=8  # units")
    small.write_text(untidy)
    assert invoke("fmt", "--check", small).exit_code == 1
    diff = invoke("fmt", "--diff", small)
    assert diff.exit_code == 0 and "+param units = 8  # units" in diff.stdout
    assert small.read_text() == untidy
    assert invoke("fmt", small).exit_code == 0
    tidy = small.read_text()
    assert "param units = 8  # units" in tidy
    assert invoke("fmt", "--check", small).exit_code == 0
    assert invoke("fmt", "-", input=untidy).stdout == tidy
    small.write_text("space (")
    result = invoke("fmt", small)
    assert result.exit_code == 2 and small.read_text() == "space ("


def test_info(small: Path) -> None:
    text = invoke("info", small).output
    assert "size        63" in text and "params" in text and "one of" in text
    found = json.loads(invoke("info", "--json", small).output)
    assert found["size"] == 63 and found["decisions_per_genotype"] == [3, 5]
    exact = json.loads(invoke("info", "--json", "--samples", "100", small).output)
    assert exact["exact"] and exact["cost"]["params"][0] <= found["cost"]["params"][0]


def test_sample_and_cost(small: Path) -> None:
    drawn = invoke("sample", "-n", "5", "--seed", "1", small).output.split()
    assert len(drawn) == 5 and drawn == invoke("sample", "-n5", "--seed=1", small).output.split()
    uniform = json.loads(
        invoke("sample", "-n", "3", "--uniform", "--seed", "2", "--as", "json", small).output
    )
    for record in uniform:
        by_rank = invoke("cost", small, "--rank", str(record["rank"]), "--json")
        by_text = invoke("cost", small, "--genotype", record["genotype"], "--json")
        assert by_rank.output == by_text.output
        assert json.loads(by_rank.output) == {"genotype": record["genotype"], **record["cost"]}
    assert "params" in invoke("cost", small, "--rank", "0").output
    wider = json.loads(invoke("cost", small, "--rank", "0", "--set", "units=64", "--json").output)
    assert (
        wider["params"]
        > json.loads(invoke("cost", small, "--rank", "0", "--json").output)["params"]
    )


def test_a_sampled_architecture_is_a_space_of_one(small: Path) -> None:
    genotype = invoke("sample", "--seed", "3", small).output.strip()
    Path("one.nas").write_text(invoke("sample", "--seed", "3", "--as", "nas", small).output)
    one = json.loads(invoke("cost", "one.nas", "--json").output)
    same = json.loads(invoke("cost", small, "--genotype", genotype, "--json").output)
    assert one["params"] == same["params"]


def test_compile(small: Path) -> None:
    result = invoke("compile", small, "--rank", "5", "-o", "net.py")
    assert result.exit_code == 0, result.output
    text = Path("net.py").read_text()
    assert "import torch" in text and "nasdsl" not in text.split('"""')[2]
    assert invoke("compile", small, "--rank", "5").stdout == text
    assert invoke("compile", small, "--rank", "5", "--emit", "nas").stdout.startswith(
        "# genotype small:"
    )
    assert invoke("compile", small, "--rank", "5", "--emit", "onnx").exit_code == 2


def test_user_mistakes_are_messages(small: Path) -> None:
    for arguments, needle in [
        (["info", "smal.nas"], "did you mean `small.nas`"),
        (["info", "."], "is a folder"),
        (["cost", "small.nas"], "more than one architecture"),
        (["cost", "small.nas", "--rank", "63"], "no rank 63"),
        (["cost", "small.nas", "--rank", "0", "--genotype", "x"], "not both"),
        (["cost", "small.nas", "--genotype", "x"], "NAS"),
        (["info", "small.nas", "--set", "units"], "--set units"),
        (["info", "small.nas", "--set", "unist=3"], "NAS"),
        (["infoo"], "did you mean 'info'"),
        (["sample", "small.nas", "-n", "0"], "-n"),
    ]:
        result = invoke(*arguments)
        assert result.exit_code == 2, arguments
        assert needle in result.stderr and "Traceback" not in result.output, arguments
    Path("notes.txt").write_text("hello")
    Path("small.txt").write_text("hello")
    assert code_of("notes.txt") == "NAS552" and "small.nas" in invoke("info", "small.txt").stderr


def test_exit_codes_of_the_process(small: Path) -> None:
    cwd = small.resolve().parent
    assert run("check", "small.nas", cwd=cwd).returncode == 0
    bad = run("info", "nowhere.nas", cwd=cwd)
    assert bad.returncode == 2 and bad.stdout == "" and "Traceback" not in bad.stderr
    full = run("compile", "small.nas", "--rank", "0", "-o", "none/net.py", cwd=cwd)
    assert full.returncode == 2 and "Traceback" not in full.stderr


def test_spaces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    listed = json.loads(invoke("spaces", "--json").output)
    assert all(not s["name"].startswith("lib_") for s in listed)
    for record in listed[:1]:
        assert invoke("spaces", record["name"]).output.strip() == record["path"]
        assert invoke("spaces", record["name"], "--copy").exit_code == 0
        assert Path(record["name"] + ".nas").is_file()
        assert invoke("spaces", record["name"], "--copy").exit_code == 2
        assert invoke("check", record["name"] + ".nas").exit_code == 0
    assert invoke("spaces", "nowhere").exit_code == 2


def test_version() -> None:
    assert set(json.loads(invoke("version", "--json").output)) >= {"nasdsl", "torch", "python"}


def test_values() -> None:
    assert read_sets(["a=5M", "b=1e-3", "c=true", "d=x", "e=-2"]) == {
        "a": 5_000_000, "b": 0.001, "c": True, "d": "x", "e": -2,
    }  # fmt: skip
    assert [human(v) for v in (5, 1234, 1.5e6, None)] == ["5", "1.23K", "1.5M", "-"]
    assert size_text(15625) == "15,625" and "1.23e24" in size_text(123 * 10**22)


def test_check_sets_params(small: Path) -> None:
    assert invoke("check", small, "--set", "units=16").exit_code == 0
    assert "NAS244" in invoke("check", small, "--set", "units=0").output
    assert "NAS105" in invoke("check", small, "--set", "unit=16").output


@pytest.mark.slow
def test_sizes_of_thousands_of_digits_are_told(tmp_path: Path) -> None:
    path = tmp_path / "huge.nas"
    path.write_text(
        "let b = [any 0..9 for i in 1..4515]\nnetwork = vector(4) -> linear(1 + b[0])\n"
    )
    refused = invoke("cost", path, "--rank", "-1")
    assert refused.exit_code == 2 and "about 1.00e4515" in refused.output
    assert "many" in repr(load(path))


@pytest.mark.parametrize("power", [9, 10, 29, 30, 299, 300, 400, 5000])
def test_size_text(power: int) -> None:
    assert f"about 1.00e{power}" in size_text(10**power)
    assert f"about 1.23e{power}" in size_text(123 * 10 ** (power - 2))


@pytest.mark.slow
def test_info_looks_at_fewer_samples_of_large_networks(tmp_path: Path) -> None:
    path = tmp_path / "large.nas"
    path.write_text(
        "let b = [any 0..1 for i in 1..9000]\nnetwork = vector(4) -> linear(1 + b[0])\n"
    )
    assert json.loads(invoke("info", "--json", path).output)["samples"] == 5
    assert json.loads(invoke("info", "--json", "--samples", "2", path).output)["samples"] == 2
