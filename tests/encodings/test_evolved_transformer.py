"""NasSeq2Seq's hyperparameters: parameters by the published formulae, causality and mistakes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest
import torch
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import nasdsl
from nasdsl.diagnostics import NasError
from nasdsl.encodings.describe import example
from nasdsl.encodings.library import encoding, open_code

torch.set_num_threads(1)
NAME = "evolved_transformer"
FIELDS = ("inputs", "layers", "output_dims", "activations", "norms")
WINDOWS = {
    "separable_conv": (3, 5, 7, 9, 11, 13, 15), "standard_conv": (1, 3, 5),
    "depthwise_conv": (3, 5, 7), "dilated_conv": (3, 5),
}  # fmt: skip
CONVOLUTIONS = [f"{name}_{k}x1" for name, kernels in WINDOWS.items() for k in kernels]
LIGHT = [f"lightweight_conv_{k}x1_r_{r}" for k in (3, 5, 7, 15) for r in (1, 4, 16)]
ATTENTION = ["standard_attention", "attention_4_heads", "attention_16_heads", "attention_32_heads"]
LAYERS = ["identity", "gated_linear_unit", "dead_branch", *CONVOLUTIONS, *LIGHT, *ATTENTION]


@dataclass(frozen=True)
class Branch:
    input: int
    layer: str
    width: int
    activation: str = "none"
    norm: str = "none"


@dataclass(frozen=True)
class Side:
    """An encoder or decoder: its blocks are (left, right, combiner)."""

    cells: int
    blocks: tuple[tuple[Branch, Branch, str], ...]
    final: str = "add"

    def text(self, side: str) -> str:
        rows = [f"{side}_num_cells={self.cells}", f"{side}_final_combiner_function={self.final}"]
        for b, where in enumerate(("left", "right")):
            branches = [block[b] for block in self.blocks]
            values = zip(*[list(vars(x).values()) for x in branches], strict=True)
            for field, row in zip(FIELDS, values, strict=True):
                rows.append(f"{side}_{where}_{field}=[{','.join(map(str, row))}]")
        rows.append(f"{side}_combiner_functions=[{','.join(b[2] for b in self.blocks)}]")
        return ",".join(rows)


def _layer(name: str, wide: int, out: int, memory: int) -> tuple[int, int]:
    """The parameters of a layer, and the width of what it makes (nas_layers.py, `num_params`)."""
    keeps = name == "identity" or (name.startswith(("depthwise", "light")) and out % wide)
    out = wide if keeps else out
    parts = name.split("_")
    k = int(parts[2][:-2]) if "conv" in parts else 0
    if "attention" in parts:
        return 3 * wide * wide + wide * out, out
    found = {
        "identity": 0,
        "separable": k * wide + wide * out + out,
        "standard": k * wide * out + out,
        "depthwise": k * out,
        "dilated": k * wide * out,
        "gated": 2 * (wide * out + out),
        "attend": wide * wide + 2 * memory * wide + wide * out,
    }
    if parts[0] == "lightweight":
        repeats = int(parts[-1])
        return k * (wide // repeats + wide % repeats) * (out // wide), out
    return found[parts[0]], out


def _joined(how: str, widths: list[int]) -> int:
    return sum(widths) if how == "concat" else max(widths)


def counted(side: Side, hidden: int, memory: int = 0) -> tuple[int, int, int]:
    """Parameters of layers, parameters of norms, and the width at the end."""
    params, norms, x = 0, 0, hidden
    for _ in range(side.cells):
        states, read, normed = [x], set(), set()
        for left, right, how in side.blocks:
            widths = []
            for b in (left, right):
                if b.layer != "dead_branch":
                    read.add(b.input)
                    normed |= {b.input} if b.norm == "layer_norm" else set()
                    more, width = _layer(b.layer, states[b.input], b.width, memory)
                    params += more
                    widths.append(width)
            states.append(_joined(how, widths))
        norms += sum(2 * states[i] for i in normed)
        x = _joined(side.final, [w for i, w in enumerate(states) if i not in read])
    return params, norms + 2 * x, x


def total(encoder: Side, decoder: Side, hidden: int) -> int:
    params, norms, memory = counted(encoder, hidden)
    more, others, out = counted(decoder, hidden, memory)
    resized = 0 if out == hidden else out * hidden + hidden + 2 * hidden
    return params + norms + more + others + resized


def network(text: str, **params: Any) -> Any:
    space, genotype = open_code(NAME, text, params)
    return space.build(genotype)


def params_of(text: str, **params: Any) -> int:
    return nasdsl.cost(network(text, **params)).params


def same(x: int, norm: str = "none") -> Branch:
    return Branch(x, "identity", 512, norm=norm)


DEAD = Branch(0, "dead_branch", 512)
ENCODER = (
    (Branch(0, "standard_attention", 512, norm="layer_norm"), same(0), "add"),
    (Branch(1, "standard_conv_1x1", 2048, "relu", "layer_norm"), DEAD, "add"),
    (Branch(2, "standard_conv_1x1", 512), same(1), "add"),
    (same(3), DEAD, "add"),
)
DECODER = (
    ENCODER[0],
    (Branch(1, "attend_to_encoder", 512, norm="layer_norm"), same(1), "add"),
    (Branch(2, "standard_conv_1x1", 2048, "relu", "layer_norm"), DEAD, "add"),
    (Branch(3, "standard_conv_1x1", 512), same(2), "add"),
    (same(4), DEAD, "add"),
)
TRANSFORMER = Side(6, ENCODER), Side(6, DECODER)


def test_no_text_is_the_transformer() -> None:
    """Attention 4·512², inner layers 2·512·2048 and their biases; a norm of 2·512 before each, and last."""
    attention, inner, norm = 4 * 512**2, 2 * 512 * 2048 + 2048 + 512, 2 * 512
    by_hand = 6 * (attention + inner + 2 * norm) + 6 * (2 * attention + inner + 3 * norm) + 2 * norm
    assert params_of("") == by_hand == total(*TRANSFORMER, 512) == 44_103_680
    text = ",".join(s.text(n) for s, n in zip(TRANSFORMER, ("encoder", "decoder"), strict=True))
    assert params_of(text) == by_hand


def test_the_evolved_transformer() -> None:
    """By hand: the layers of evolved_transformer.py, and norms of the states that branches read."""
    attention, glu = 4 * 512**2, 2 * (512 * 512 + 512)
    dense = 2 * 512 * 2048 + 2048 + 512
    wide = 512 * 2048 + 2048 + 3 * 512 * 256 + 256 + 9 * 2048 + 2048 * 256 + 256
    encoder = glu + wide + attention + dense + 2 * (4 * 512 + 2048)
    branches = 11 * 512 + 512 * 1024 + 1024 + 7 * 512 + 512 * 256 + 256
    behind = 7 * 1024 + 1024 * 512 + 512
    decoder = 4 * attention + branches + behind + dense + 2 * (5 * 512 + 1024 + 2048)
    assert params_of(example(NAME)) == 3 * encoder + 4 * decoder + 2 * 2 * 512 == 47_021_056


def test_joined_by_concat_and_resized() -> None:
    """The decoder of tensor2tensor's own test: hidden depths 512, 512, 512, 2048, 512, 512."""
    one = DECODER[:2]
    two = tuple(Branch(2, "standard_conv_1x1", 1024) for _ in "ab")
    three = tuple(Branch(3, "standard_conv_1x1", 256) for _ in "ab")
    blocks = (*one, (*two, "concat"), (*three, "concat"), (same(4), same(2), "add"))
    decoder = Side(2, blocks, "concat")
    assert counted(decoder, 512, 512)[2] == 512
    text = f"encoder_num_cells=2,{decoder.text('decoder')}"
    assert params_of(text) == total(replace(TRANSFORMER[0], cells=2), decoder, 512)
    wrong = (replace(three[0], width=257), three[1], "concat")
    last = (Branch(4, "standard_conv_3x1", 513), DEAD, "add")
    odd = Side(1, (*one, (*two, "concat"), wrong, last), "concat")
    assert counted(odd, 512, 512)[2] == 513
    text = f"encoder_num_cells=2,{odd.text('decoder')}"
    assert params_of(text) == total(replace(TRANSFORMER[0], cells=2), odd, 512)


combiners = st.sampled_from(["add", "multiply", "concat"])
activations = st.sampled_from(["none", "relu", "leaky_relu", "swish", "sigmoid", "softmax"])


@st.composite
def sides(draw: st.DrawFn, layers: list[str], widths: st.SearchStrategy[int]) -> Side:
    def branch(i: int, dead: bool) -> Branch:
        found = draw(st.sampled_from([x for x in layers if dead or x != "dead_branch"]))
        at = i + 1 if found == "dead_branch" else draw(st.integers(0, i))
        norm = draw(st.sampled_from(["none", "layer_norm"]))
        return Branch(at, found, draw(widths), draw(activations), norm)

    blocks = []
    for i in range(draw(st.integers(1, 3))):
        left = branch(i, True)
        blocks.append((left, branch(i, left.layer != "dead_branch"), draw(combiners)))
    return Side(draw(st.integers(1, 2)), tuple(blocks), draw(combiners))


@st.composite
def codes(draw: st.DrawFn) -> tuple[Side, Side, int]:
    """Widths of 32 for as many heads, or any without attention to itself."""
    aligned = draw(st.booleans())
    layers = LAYERS if aligned else [x for x in LAYERS if x not in ATTENTION]
    widths = st.sampled_from([32, 64]) if aligned else st.integers(1, 12)
    hidden = 32 if aligned else draw(st.integers(3, 9))
    encoder = draw(sides(layers, widths))
    return encoder, draw(sides([*layers, "attend_to_encoder"], widths)), hidden


PHASES = (Phase.explicit, Phase.reuse, Phase.generate)  # a build is too slow to shrink by
SIZES = {"heads": 1, "source_steps": 3, "target_steps": 6}


@pytest.mark.slow
@settings(max_examples=15, deadline=None, phases=PHASES)
@given(codes())
def test_parameters_are_those_of_the_formulae(code: tuple[Side, Side, int]) -> None:
    encoder, decoder, hidden = code
    text = f"{decoder.text('decoder')}, {encoder.text('encoder')}"
    assert params_of(text, hidden=hidden, **SIZES) == total(encoder, decoder, hidden)
    notation = encoding(NAME)
    assert notation.decode(notation.encode(notation.decode(text))) == notation.decode(text)


@pytest.mark.slow
@settings(max_examples=8, deadline=None, phases=PHASES)
@given(codes(), st.integers(1, 5))
def test_what_comes_later_changes_nothing_before(code: tuple[Side, Side, int], t: int) -> None:
    encoder, decoder, hidden = code
    text = f"{encoder.text('encoder')},{decoder.text('decoder')}"
    torch.manual_seed(0)
    module = nasdsl.compile(network(text, hidden=hidden, **SIZES)).double()
    source = torch.randn(2, 3, hidden, dtype=torch.double)
    target = torch.randn(2, 6, hidden, dtype=torch.double)
    out = module(source, target)
    assert out.shape == (2, 6, hidden)
    (out * torch.randn_like(out)).sum().backward()
    assert all(p.grad.isfinite().all() for p in module.parameters() if p.grad is not None)
    module.eval()
    later = target.clone()
    later[:, t:] = torch.randn(2, 6 - t, hidden, dtype=torch.double)
    torch.testing.assert_close(module(source, target)[:, :t], module(source, later)[:, :t])


@pytest.mark.parametrize(
    "layer", ["standard_conv_3x1", "lightweight_conv_3x1_r_4", "attention_4_heads"]
)
def test_encoders_see_all_steps(layer: str) -> None:
    """A change of the last source step shows at the first target step; decoders alone are causal."""
    seen = Side(1, ((Branch(0, layer, 16), same(0), "add"),))
    reads = Side(1, ((Branch(0, "attend_to_encoder", 16), DEAD, "add"),))
    module = nasdsl.compile(
        network(f"{seen.text('encoder')},{reads.text('decoder')}", hidden=16, **SIZES)
    ).eval()
    source, target = torch.randn(1, 3, 16), torch.randn(1, 6, 16)
    other = source.clone()
    other[:, 2] += 1
    assert not torch.allclose(module(source, target)[:, 0], module(other, target)[:, 0])


def test_narrower_branches_are_padded_by_what_changes_nothing() -> None:
    """Joined with a narrower branch, the features beyond it stay as they are."""
    for how in ("add", "multiply"):
        pair = (Branch(0, "identity", 8), Branch(0, "standard_conv_1x1", 3), how)
        side = Side(1, ((*pair[:2], how),))
        text = f"{ONE.text('encoder')},{side.text('decoder')}"
        module = nasdsl.compile(network(text, hidden=8, drop=0.0, **SIZES)).eval()
        target = torch.randn(1, 6, 8)
        made = []
        norm = [m for m in module.modules() if isinstance(m, torch.nn.LayerNorm)][-1]
        norm.register_forward_pre_hook(lambda m, xs, made=made: made.append(xs[0]))
        module(torch.randn(1, 3, 8), target)
        torch.testing.assert_close(made[0][..., 3:], target[..., 3:])
        assert not torch.allclose(made[0][..., :3], target[..., :3])


ONE = Side(1, ((Branch(0, "identity", 8), DEAD, "add"),))


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("encoder_left_norms=[none]", "NAS073", "a list of 1 blocks, where encoder_left_layers has 4"),
        ("encoder_left_inputs=[0,1,2,4]", "NAS073", "block 4 reads states 0 to 3, not 4"),
        ("decoder_right_inputs=[0,-1,2,2,4]", "NAS073", "block 2 reads states 0 to 1, not -1"),
        ("decoder_num_cells=0", "NAS073", "there is at least one cell"),
        ("encoder_left_output_dims=[512,0,512,512]", "NAS073", "a width is at least 1, not 0"),
        (
            "encoder_left_layers=[standard_attention,dead_branch,standard_conv_1x1,identity]",
            "NAS073", "both branches of block 2 are dead",
        ),
        ("encoder_left_layers=[attend_to_encoder]", "NAS071", "`attend_to_encoder`"),
        ("encoder_combiner_functions=[add,add,adds,add]", "NAS072", "did you mean `add`?"),
        ("encoder_num_cell=3", "NAS072", "did you mean `encoder_num_cells`?"),
        ("decoder_num_cells=3,decoder_num_cells=3", "NAS074", "`decoder_num_cells` is given twice"),
    ],
)  # fmt: skip
def test_mistakes(text: str, code: str, words: str) -> None:
    with pytest.raises(NasError) as caught:
        encoding(NAME).decode(text)
    assert caught.value.diagnostics[0].code == code
    assert words in str(caught.value)


def test_heads_that_do_not_fit_are_refused() -> None:
    with pytest.raises(NasError, match="heads = 32 does not divide 48"):
        params_of("encoder_left_layers=[attention_32_heads,identity,identity,identity]", hidden=48)
