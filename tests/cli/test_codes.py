"""Published strings on the command line: decode, encode, convert, and `--as` in place of a FILE."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from nasdsl.encodings.convert import convert
from nasdsl.encodings.detect import detect, identify, possible
from nasdsl.encodings.library import encoding, homes
from tests.cli.helpers import ROOT, invoke
from tests.documents import blocks

ENTRIES: list[dict[str, Any]] = json.loads(
    (ROOT / "tests/data/rosetta.json").read_text(encoding="utf-8")
)
NB201 = "|nor_conv_3x3~0|+|none~0|none~1|+|skip_connect~0|none~1|none~2|"
WRONG = NB201.replace("skip_connect", "skip_conect")
EDGES = "[('sep_conv_5x5', 1), ('sep_conv_3x3', 0), ('none', 2), ('none', 2)]"
DARTS = f"Genotype(normal={EDGES}, normal_concat=[2, 3], reduce={EDGES}, reduce_concat=[2, 3])"
MODULE = f"""# Two genotypes, as a Python module holds them.
First = Genotype(
  normal = [  # the cell
    ('sep_conv_5x5', 1), ('sep_conv_3x3', 0),

    ('none', 2), ('none', 2),
  ],
  normal_concat = [2, 3],
  reduce = {EDGES}, reduce_concat = [2, 3],
)

Second = {DARTS}
"""


def text_of(start: str) -> str:
    """The first published text whose encoding begins so."""
    return str(next(e["string"] for e in ENTRIES if e["encoding"].startswith(start)))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


# ------------------------------------------------------------------ decode


def test_decode_says_what_a_text_is() -> None:
    lines = dict(line.split(maxsplit=1) for line in invoke("decode", NB201).output.splitlines())
    assert list(lines) == ["encoding", "network", "params", "macs", "genotype", "text"]
    assert (lines["encoding"], lines["text"]) == ("nasbench201", NB201)
    params = json.loads(invoke("cost", "--as", "nasbench201", NB201, "--json").output)["params"]
    assert lines["params"] == f"{params:,}"
    assert params == json.loads(
        invoke("cost", "nasbench201", "--genotype", lines["genotype"], "--json").output
    )["params"]  # fmt: skip


def test_decode_prints_the_value_as_json() -> None:
    found = json.loads(invoke("decode", "--as", "natsbench_size", "8:16:24:32:40", "--json").output)
    assert found["value"] == [8, 16, 24, 32, 40]
    assert found["genotype"] is not None
    found = json.loads(invoke("decode", DARTS, "--json").output)
    assert found["network"] == "code_darts"
    assert found["genotype"] is None, "a cell of two nodes is none of the space"
    assert found["value"]["normal"][0] == {"op": "sep_conv_5x5", "state": 1}


def test_decode_says_why_there_is_no_network() -> None:
    found = json.loads(invoke("decode", "--as", "natsbench_size", "7:8:8:8:8", "--json").output)
    assert found["network"] is None and found["value"] == [7, 8, 8, 8, 8]
    assert "7" in found["problem"]
    assert "problem " in invoke("decode", "--as", "natsbench_size", "7:8:8:8:8").output


# ------------------------------------------------------------------ mistakes


def test_a_mistake_is_shown_in_the_text() -> None:
    result = invoke("cost", "--as", "nasbench201", WRONG)
    assert result.exit_code == 2
    assert "<nasbench201>:1:35: error[NAS072]: `skip_conect`" in result.stderr
    assert "help: did you mean `skip_connect`?" in result.stderr
    long = text_of("darts-genotype").replace("reduce_concat = [4", "reduce_concat = [14")
    result = invoke("cost", "--as", "darts", long)
    assert result.stderr.startswith("<darts>:1:")
    _, line, carets = result.stderr.splitlines()[:3]
    assert "^" in carets and len(line) < 200
    assert line[carets.index("^") :].startswith("14")


@pytest.mark.parametrize("command", ["decode", "cost", "compile"])
def test_a_mistake_is_shown_in_its_file(command: str, folder: Path) -> None:
    (folder / "codes.txt").write_text(f"# codes\n\n{NB201}\n  {WRONG}\n", encoding="utf-8")
    arguments = ["--as", "nasbench201", "@codes.txt", *(["-o", "out"] * (command == "compile"))]
    result = invoke(command, *arguments)
    assert result.exit_code == 2
    assert "codes.txt:4:37: error[NAS072]" in result.stderr
    assert not (folder / "out").exists(), "all of them, or no file"


def test_a_mistake_behind_a_name_is_shown_there(folder: Path) -> None:
    (folder / "genotypes.py").write_text(MODULE.replace("sep_conv_3x3", "sep_cnv_3x3", 1))
    result = invoke("cost", "--as", "darts", "@genotypes.py")
    assert "genotypes.py:4:28: error[NAS072]: `sep_cnv_3x3`" in result.stderr


def test_wrong_names(folder: Path) -> None:
    result = invoke("cost", "--as", "dart", DARTS)
    assert result.exit_code == 2 and "error[NAS560]" in result.stderr
    assert "did you mean `darts`?" in result.stderr
    assert "error[NAS560]" in invoke("convert", "--to", "dart", DARTS).stderr
    assert "error[NAS560]" in invoke("encodings", "dart").stderr
    assert "error[NAS040]" in invoke("decode", "@nowhere.txt").stderr
    assert "there is no parameter `layer`" in invoke(
        "cost", "--as", "darts", DARTS, "--set", "layer=8"
    ).stderr  # fmt: skip
    assert "error[NAS561]" in invoke("encode", "digits", "--rank", "0").stderr
    assert "error[NAS560]" in invoke("encode", "nasbench201", "--rank", "0", "--as", "darts").stderr
    (folder / "own.nas").write_text("space own\nnetwork = vector(4) -> linear(2)\n")
    assert "error[NAS561]" in invoke("cost", "--as", "own.nas", "x").stderr


def test_empty_texts(folder: Path) -> None:
    (folder / "empty.txt").write_text("# nothing\n\n")
    for command in ("decode", "cost", "compile"):
        result = invoke(command, "--as", "darts", "@empty.txt")
        assert result.exit_code == 2 and "empty.txt holds no text" in result.stderr
    assert "<stdin> holds no text" in invoke("decode", "-", input="").stderr
    assert "the text is empty" in invoke("decode", " ").stderr
    assert "error[NAS071]: the text ends" in invoke("decode", "--as", "darts", "").stderr


# ------------------------------------------------------------------ files


def test_files_of_texts(folder: Path) -> None:
    (folder / "genotypes.py").write_text(MODULE)
    found = json.loads(invoke("cost", "--as", "darts", "@genotypes.py", "--json").output)
    assert [row["params"] for row in found] == [found[0]["params"]] * 2
    assert [row["text"].split()[0] for row in found] == ["First", "Second"]
    assert json.loads(invoke("cost", "--as", "auto", "-", "--json", input=MODULE).output) == found
    assert len(json.loads(invoke("decode", "@genotypes.py", "--json").output)) == 2
    table = invoke("cost", "--as", "darts", "@genotypes.py").output.splitlines()
    assert len(table) == 3 and all(len(line) < 100 for line in table)
    for command in (["train"], ["compile"]):
        assert invoke(*command, "--as", "darts", "@genotypes.py").exit_code == 2


def test_one_text_of_several_lines(folder: Path) -> None:
    dense = text_of("densenas")
    assert dense.count("\n") > 3
    (folder / "dense.txt").write_text(f"{dense}\n")
    assert json.loads(invoke("decode", "@dense.txt", "--json").output)["encoding"] == "densenas"


def test_compile_writes_a_file_for_each_text(folder: Path) -> None:
    (folder / "codes.txt").write_text(f"{NB201}\n{NB201}\n")
    assert invoke("compile", "--as", "nasbench201", "@codes.txt", "-o", "out").exit_code == 0
    assert sorted(path.name for path in (folder / "out").iterdir()) == ["1.py", "2.py"]
    assert invoke("compile", "--as", "nasbench201", NB201, "-o", "out").exit_code == 2
    written = invoke("compile", "--as", "darts", DARTS, "--set", "layers=3").output
    assert f"genotype: darts {DARTS[:40]}" in written, "the file says what it was made from"


def test_train_a_text() -> None:
    result = invoke(
        "train", "--as", "auto", NB201, "--set", "size=8", "--set", "C=4", "--set", "N=1",
        "--data", "digits", "--epochs", "1", "--json",
    )  # fmt: skip
    assert json.loads(result.output)["accuracy"] > 0.2, "grey digits train a network of colours"


def test_what_cannot_be_searched() -> None:
    result = invoke("search", "code_darts", "--evaluate", 'train(data = "digits")')
    assert result.exit_code == 2 and "error[NAS549]" in result.stderr
    assert "nasdsl train --as darts" in result.stderr


# ------------------------------------------------------------------ which encoding

ALIKE = {
    frozenset({"enas_macro", "enas_micro", "enas_lm", "nao_rnn", "nao", "autogan", "enas_rnn"}),
}
"""Encodings that share texts, which mean different networks."""


def representatives() -> list[str]:
    texts = {e["encoding"]: str(e["string"]) for e in ENTRIES}
    return [text for text in texts.values() if detect(text)]


def test_published_texts_are_recognised() -> None:
    texts = representatives()
    assert len(texts) > 35
    for text in texts:
        found = detect(text)
        assert len(found) == 1 or any(set(found) <= alike for alike in ALIKE), (found, text)


def test_a_text_that_may_be_several_is_not_guessed() -> None:
    result = invoke("decode", text_of("nao-rnn"))
    assert result.exit_code == 2 and "error[NAS562]: the text may be" in result.stderr
    assert "`nao_rnn`" in result.stderr and "help: say which: --as" in result.stderr


def test_the_nearest_is_shown() -> None:
    result = invoke("decode", WRONG)
    assert "<nasbench201>:1:35: error[NAS562]: no known encoding reads the text" in result.stderr
    assert "did you mean `skip_connect`?" in result.stderr
    assert "belongs to no known encoding" in invoke("decode", "hello world").stderr
    assert identify(DARTS) == "darts"


@pytest.mark.parametrize("name", homes())
def test_no_encoding_is_ruled_out_for_its_own_texts(name: str) -> None:
    from nasdsl.encodings.sample import sample

    notation, rng = encoding(name), random.Random(1)
    for _ in range(20):
        text = notation.write(sample(notation.forms, rng))
        assert not text.strip() or name in possible(text), text


# ------------------------------------------------------------------ convert


@pytest.mark.parametrize(
    ("source", "text", "targets"),
    [
        ("dxy", text_of("dxy-nested-genotype"), ("darts", "fairdarts")),
        ("darts", text_of("darts-genotype"), ("dxy",)),
        ("darts_rnn", text_of("darts-rnn"), ("nao_rnn", "enas_lm")),
        ("nao_rnn", text_of("nao-rnn"), ("darts_rnn", "enas_lm")),
        ("enas_lm", text_of("enas-lm"), ("darts_rnn", "nao_rnn")),
    ],
)
def test_convert_and_back(source: str, text: str, targets: tuple[str, ...]) -> None:
    value = encoding(source).decode(text)
    for target in targets:
        there = convert(text, source, target)
        assert there.lost == ()
        assert encoding(target).encode(encoding(target).decode(there.text)) == there.text
        back = convert(there.text, target, source)
        assert encoding(source).decode(back.text) == value, target


def test_convert_says_what_cannot_be_said() -> None:
    result = invoke("convert", "--to", "fairdarts", text_of("darts-genotype"))
    assert result.exit_code == 2 and "`fairdarts` cannot express this" in result.stderr
    assert "<fairdarts>:1:" in result.stderr and "^" in result.stderr
    result = invoke("convert", "--to", "metaqnn", DARTS)
    assert (
        "error[NAS563]" in result.stderr and "it can be written as dxy, fairdarts" in result.stderr
    )


def test_convert_says_what_has_no_word() -> None:
    dilated = DARTS.replace("'none'", "'dil_conv_3x3'")
    result = invoke("convert", "--from", "darts", "--to", "slim", dilated)
    assert "error[NAS564]: `slim` cannot express this: it has no word for" in result.stderr
    assert "code_darts.nas" not in result.stderr


def test_convert_says_what_gets_lost() -> None:
    text = text_of("dxy-nested-genotype")
    value = encoding("dxy").decode(text)
    assert value["connectN"] is None
    connected = encoding("dxy").encode(value).replace("connectN=None", "connectN=3")
    result = invoke("convert", "--to", "darts", connected)
    assert result.exit_code == 2 and "error[NAS564]" in result.stderr
    assert "connectN is 3, and would be read as None" in result.stderr
    result = invoke("convert", "--to", "darts", "--lossy", connected)
    assert (
        result.exit_code == 0 and result.stdout == invoke("convert", "--to", "darts", text).stdout
    )
    assert "lost: connectN" in result.stderr


def test_an_encoding_of_ones_own(folder: Path) -> None:
    page = (ROOT / "docs/encodings.md").read_text(encoding="utf-8")
    (program,) = (b.text for b in blocks(page) if b.kind == "nas")
    (folder / "code_stack.nas").write_text(program, encoding="utf-8")
    found = json.loads(invoke("decode", "--as", "code_stack.nas", "16k3-32k5", "--json").output)
    assert (found["encoding"], found["network"]) == ("stack", "code_stack")
    assert found["value"] == [{"width": 16, "kernel": 3}, {"width": 32, "kernel": 5}]
    assert (
        "<stack>:1:6: error[NAS073]" in invoke("cost", "--as", "code_stack.nas", "16k3-32k4").stderr
    )
    assert "name        stack" in invoke("encodings", "code_stack.nas").output


# ------------------------------------------------------------------ lists


def test_encodings() -> None:
    listed = invoke("encodings").output.splitlines()
    assert len(listed) == len(homes())
    assert "code_darts, darts" in next(line for line in listed if line.startswith("darts "))
    rows = json.loads(invoke("encodings", "--json").output)
    assert [row["name"] for row in rows] == sorted(homes())
    assert all(row["program"] or row["spaces"] for row in rows), "something compiles each"
    assert "spaces      darts" in invoke("encodings", "darts").output
    assert invoke("encodings", "darts", "--grammar").output.startswith(encoding("darts").grammar)


def test_programs_of_codes_are_no_spaces() -> None:
    assert "code_" not in invoke("spaces").output
    assert invoke("cost", "code_darts").exit_code == 0
    assert invoke("spaces", "code_darts").output.strip().endswith("code_darts.nas")


def test_encode_and_sample() -> None:
    text = invoke("encode", "nasbench201", "--rank", "5").output.strip()
    assert json.loads(invoke("decode", text, "--json").output)["genotype"].startswith(
        "nasbench201:"
    )
    drawn = invoke("sample", "nasbench201", "--as", "nasbench201", "-n", "3", "--seed", "1").output
    assert all(detect(line) == ["nasbench201"] for line in drawn.splitlines())
    assert "error[NAS560]" in invoke("sample", "nasbench201", "--as", "nasbench").stderr


def test_train_and_draw_a_file_of_texts(folder: Path) -> None:
    Path("two.txt").write_text("8:8:8:8:8\n8:16:8:8:8\n")
    code = ("--as", "natsbench_size", "@two.txt")
    options = ("--set", "size=8", "--data", "digits", "--epochs", "1", "--json")
    rows = json.loads(invoke("train", *code, *options).output)
    assert [row["genotype"].split(":")[2] for row in rows] == ["0.0.0.0.0", "0.1.0.0.0"]
    assert all(0 <= row["accuracy"] <= 1 for row in rows)
    assert invoke("draw", *code, "-o", "drawn").exit_code == 0
    assert sorted(p.name for p in Path("drawn").iterdir()) == ["1.svg", "2.svg"]
    refused = invoke("draw", *code)
    assert refused.exit_code == 2 and "-o FOLDER" in refused.stderr
    refused = invoke("draw", "--as", "natsbench_size", "8:8:8:8:8", "-o", "net.png")
    assert refused.exit_code == 2 and ".svg" in refused.stderr
