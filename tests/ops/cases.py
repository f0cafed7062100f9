"""For every operator, a strategy of calls: keyword arguments and input shapes."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from nasdsl.ops import Shape

Call = tuple[dict[str, Any], tuple[Shape, ...]]
Calls = st.SearchStrategy[Call]

small = st.integers(1, 4)
wide = st.integers(1, 9)
flag = st.booleans()
unit = st.floats(0, 0.9)
size = st.one_of(small, st.tuples(small, small).map(list))
pad = st.one_of(st.sampled_from(["same", "valid", "tf"]), st.integers(0, 2))
images = st.tuples(st.sampled_from([1, 2, 3, 4, 6, 8, 12]), wide, wide)
sequences = st.tuples(wide, st.sampled_from([1, 2, 3, 4, 6, 8]))
vectors = st.tuples(wide)
tensors = st.one_of(images, sequences, vectors)
eps = st.sampled_from([1e-5, 1e-3])


def calls(shapes: st.SearchStrategy[Any], **arguments: st.SearchStrategy[Any]) -> Calls:
    """Some of the arguments, and one input."""
    return st.tuples(st.fixed_dictionaries({}, optional=arguments), st.tuples(shapes))


def full(shapes: st.SearchStrategy[Any], **arguments: st.SearchStrategy[Any]) -> Calls:
    """All of the arguments, and one input."""
    return st.tuples(st.fixed_dictionaries(arguments), st.tuples(shapes))


def required(
    shapes: st.SearchStrategy[Any],
    needed: dict[str, st.SearchStrategy[Any]],
    **optional: st.SearchStrategy[Any],
) -> Calls:
    return st.tuples(st.fixed_dictionaries(needed, optional=optional), st.tuples(shapes))


def alike(least: int, most: int) -> Calls:
    """Equal shapes."""
    return st.tuples(tensors, st.integers(least, most)).map(lambda d: ({}, (d[0],) * d[1]))


@st.composite
def convolutions(draw: st.DrawFn, sequence: bool = False) -> Call:
    groups = draw(st.sampled_from([1, 1, 2, 3]))
    channels, out = groups * draw(small), groups * draw(small)
    one = small if sequence else size
    arguments: dict[str, Any] = {"kernel": draw(one), "groups": groups, "out": out}
    optional = {"stride": one, "dilation": st.integers(1, 2), "bias": flag, "pad": pad}
    arguments |= draw(st.fixed_dictionaries({}, optional=optional))
    shape = (draw(wide), channels) if sequence else (channels, draw(wide), draw(wide))
    return arguments, (shape,)


@st.composite
def deconvolutions(draw: st.DrawFn) -> Call:
    groups = draw(st.sampled_from([1, 2]))
    arguments: dict[str, Any] = {"kernel": draw(size), "groups": groups}
    arguments |= draw(
        st.fixed_dictionaries(
            {},
            optional={
                "out": small.map(lambda n: n * groups),
                "stride": size,
                "dilation": st.integers(1, 2),
                "bias": flag,
                "pad": st.sampled_from(["same", "valid", 0, 1, 2]),
                "output_pad": st.integers(0, 1),
            },
        )
    )
    return arguments, ((groups * draw(small), draw(wide), draw(wide)),)


@st.composite
def products(draw: st.DrawFn) -> Call:
    """Shapes that broadcast, with the vectors that stand for channels."""
    shape = draw(tensors)
    shapes: list[Shape] = [shape]
    for _ in range(draw(st.integers(0, 2))):
        if draw(flag):
            shapes.append(tuple(n if draw(flag) else 1 for n in shape))
        else:
            shapes.append((shape[0] if len(shape) == 3 else shape[-1],))
    return {}, tuple(draw(st.permutations(shapes)))


@st.composite
def concatenations(draw: st.DrawFn) -> Call:
    shape = draw(tensors)
    widths = draw(st.lists(small, min_size=1, max_size=3))
    if len(shape) == 3:
        return {}, tuple((w, *shape[1:]) for w in widths)
    if len(shape) == 2 and draw(flag):
        return {"axis": "steps"}, tuple((w, shape[1]) for w in widths)
    return {}, tuple((*shape[:-1], w) for w in widths)


@st.composite
def reshapes(draw: st.DrawFn) -> Call:
    sizes = draw(st.lists(small, min_size=1, max_size=3))
    shape = tuple(draw(st.permutations(sizes)))
    if draw(flag):
        sizes[draw(st.integers(0, len(sizes) - 1))] = -1
    return {"shape": sizes}, (shape,)


@st.composite
def light(draw: st.DrawFn) -> Call:
    groups = draw(st.integers(1, 3))
    shape = (draw(wide), groups * draw(small))
    arguments = {"groups": groups, "multiplier": draw(st.integers(1, 3)), "causal": draw(flag)}
    return {"kernel": draw(st.integers(1, 5)), **arguments}, (shape,)


@st.composite
def attentions(draw: st.DrawFn, inputs: int) -> Call:
    heads, width = draw(st.integers(1, 3)), draw(small)
    shape = (draw(wide), heads * width)
    arguments: dict[str, Any] = {"heads": heads, "dropout": draw(unit), "bias": draw(flag)}
    if draw(flag):
        arguments["dim"] = heads * draw(small)
    if draw(flag):
        arguments["out"] = draw(small)
    if inputs == 1:
        return {**arguments, "causal": draw(flag)}, (shape,)
    return arguments, (shape, draw(sequences))


@st.composite
def relative(draw: st.DrawFn) -> Call:
    heads, width, side = draw(st.integers(1, 3)), draw(small), draw(st.integers(1, 3))
    arguments = {"heads": heads, "reach": draw(st.integers(1, 3)), "dim": heads * draw(small)}
    return arguments, ((1 + side * side, width),)


@st.composite
def narrowed(draw: st.DrawFn) -> Call:
    shape = draw(tensors)
    count = shape[0] if len(shape) == 3 else shape[-1]
    start = draw(st.integers(0, count - 1))
    return {"start": start, "length": draw(st.integers(1, count - start))}, (shape,)


@st.composite
def folded(draw: st.DrawFn) -> Call:
    h, w, f = draw(small), draw(small), draw(small)
    if draw(flag):
        return {}, ((h * h, f),)
    sizes = draw(st.sampled_from([{"height": h, "width": w}, {"height": h}, {"width": w}]))
    return dict(sizes), ((h * w, f),)


@st.composite
def shuffled(draw: st.DrawFn, channels: bool, positions: bool) -> Call:
    n = draw(st.integers(1, 3))
    c, h, w = draw(small), draw(small), draw(small)
    c, (h, w) = (c * n * n if channels else c), ((h * n, w * n) if positions else (h, w))
    return {"factor": n}, ((c, h, w),)


sides = st.one_of(st.integers(0, 2), st.lists(st.integers(0, 3), min_size=4, max_size=4))
grouped = st.tuples(st.integers(1, 3), small, wide, wide).map(
    lambda d: ({"groups": d[0]}, ((d[0] * d[1], d[2], d[3]),))
)
bounded = st.floats(-2, 2)
mode = st.sampled_from(["nearest", "bilinear"])
recurrent = required(sequences, {"hidden": small}, bidirectional=flag)
source = st.just(())

_PLAIN = [
    "relu",
    "relu6",
    "prelu",
    "selu",
    "gelu",
    "silu",
    "mish",
    "hard_swish",
    "hard_sigmoid",
    "sigmoid",
    "tanh",
    "softplus",
    "sin",
    "cos",
    "exp",
    "abs",
    "square",
    "neg",
    "softmax",
    "identity",
]

CASES: dict[str, Calls] = {
    **{name: calls(tensors) for name in _PLAIN},
    "image": st.tuples(
        st.fixed_dictionaries({"channels": small, "height": wide, "width": wide}), source
    ),
    "vector": st.tuples(st.fixed_dictionaries({"features": wide}), source),
    "sequence": st.tuples(st.fixed_dictionaries({"steps": wide, "features": wide}), source),
    "tokens": st.tuples(st.fixed_dictionaries({"steps": wide, "classes": wide}), source),
    "conv": convolutions(),
    "conv1d": convolutions(sequence=True),
    "light_conv": light(),
    "dw_conv": required(
        images, {"kernel": size}, stride=size, dilation=small, bias=flag, pad=pad, multiplier=small
    ),
    "deconv": deconvolutions(),
    "linear": required(st.one_of(vectors, sequences), {"out": wide}, bias=flag),
    "embedding": full(vectors, classes=wide, dim=wide),
    "weight": full(tensors, rows=wide, columns=wide),
    "lookup": st.tuples(st.just({}), st.tuples(vectors, sequences)),
    "unembed": st.tuples(small, small, small).flatmap(
        lambda d: st.tuples(
            st.fixed_dictionaries({}, optional={"bias": flag}),
            st.just(((d[0], d[1]), (d[2], d[1]))),
        )
    ),
    "bn": calls(tensors, eps=eps, momentum=unit, affine=flag),
    "layer_norm": calls(tensors, eps=eps),
    "rms_norm": calls(tensors, eps=eps),
    "group_norm": grouped,
    "instance_norm": calls(images, eps=eps, affine=flag),
    "leaky_relu": calls(tensors, slope=bounded),
    "elu": calls(tensors, alpha=unit),
    "scale": full(tensors, by=bounded),
    "add_const": full(tensors, by=bounded),
    "max_pool": required(
        st.one_of(images, sequences), {"kernel": size}, stride=size, pad=pad, ceil=flag
    ),
    "avg_pool": required(
        st.one_of(images, sequences),
        {"kernel": size},
        stride=size,
        pad=pad,
        ceil=flag,
        count_pad=flag,
    ),
    "global_avg_pool": calls(st.one_of(images, sequences)),
    "global_max_pool": calls(st.one_of(images, sequences)),
    "adaptive_avg_pool": full(images, size=size),
    "zero": calls(tensors, stride=size),
    "noise": calls(tensors, stride=size),
    "subsample": required(st.one_of(images, sequences), {"stride": size}, offset=st.integers(0, 2)),
    "flatten": calls(tensors),
    "reshape": reshapes(),
    "transpose": calls(sequences),
    "to_sequence": calls(images),
    "to_image": folded(),
    "narrow": narrowed(),
    "select_step": calls(sequences, index=st.integers(-9, 8)),
    "resize": st.one_of(
        required(images, {"scale": st.sampled_from([0.5, 1, 1.5, 2, 3])}, mode=mode, corners=flag),
        required(images, {"size": size}, mode=mode, corners=flag),
    ),
    "resize_like": st.tuples(
        st.fixed_dictionaries({}, optional={"mode": mode, "corners": flag}),
        st.tuples(images, images),
    ),
    "pad": full(images, amount=sides),
    "crop": full(images, amount=sides),
    "shift": calls(images, by=st.integers(0, 2), keep=flag),
    "channel_shuffle": grouped,
    "pixel_shuffle": shuffled(channels=True, positions=False),
    "pixel_unshuffle": shuffled(channels=False, positions=True),
    "pad_channels": full(tensors, out=st.integers(4, 12)),
    "sum": alike(1, 4),
    "mean": alike(1, 4),
    "max": alike(1, 4),
    "min": alike(1, 4),
    "sub": alike(2, 2),
    "div": alike(2, 2),
    "mul": products(),
    "concat": concatenations(),
    "matmul": st.tuples(small, small, small).map(lambda d: ({}, (d[:2], d[1:]))),
    "relative_attention": relative(),
    "attention": attentions(1),
    "cross_attention": attentions(2),
    "position": calls(sequences, kind=st.sampled_from(["learned", "sinusoidal"])),
    "class_token": calls(sequences),
    "lstm": recurrent,
    "gru": recurrent,
    "rnn": recurrent,
    "dropout": full(tensors, p=unit),
    "drop_path": full(tensors, p=unit),
    "layer_scale": calls(tensors, init=unit),
}
