"""Networks of published codes in plain PyTorch, written from the descriptions of their authors' code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn


class Pooled(nn.Module):
    """Global average, then a linear layer (or what else is to come)."""

    def __init__(self, *after: nn.Module) -> None:
        super().__init__()
        self.after = nn.Sequential(*after)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y: torch.Tensor = self.after(x.mean((2, 3)))
        return y


class Sum(nn.Module):
    def __init__(self, *branches: nn.Module, after: nn.Module | None = None) -> None:
        super().__init__()
        self.branches = nn.ModuleList(branches)
        self.after = after or nn.Identity()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y: torch.Tensor = self.after(sum(branch(x) for branch in self.branches))
        return y


class Join(nn.Module):
    def __init__(self, *branches: nn.Module) -> None:
        super().__init__()
        self.branches = nn.ModuleList(branches)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.cat([branch(x) for branch in self.branches], 1)


# Inverted residuals

ACTS = {
    "relu": nn.ReLU, "relu6": nn.ReLU6, "h_swish": nn.Hardswish, "swish": nn.SiLU,
    None: nn.Identity,
}  # fmt: skip


class Excite(nn.Module):
    def __init__(
        self, c: int, hidden: int, act: str | None, gate: type[nn.Module] = nn.Hardsigmoid
    ) -> None:
        super().__init__()
        self.gate = nn.Sequential(
            nn.Conv2d(c, hidden, 1), ACTS[act](), nn.Conv2d(hidden, c, 1), gate()
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        scale: torch.Tensor = self.gate(F.adaptive_avg_pool2d(x, 1))
        return x * scale


def conv(
    i: int, o: int, k: int, stride: int, act: str | None, eps: float = 1e-5, groups: int = 1,
    momentum: float = 0.1,
) -> nn.Module:  # fmt: skip
    weight = nn.Conv2d(i, o, k, stride, k // 2, groups=groups, bias=False)
    return nn.Sequential(weight, nn.BatchNorm2d(o, eps=eps, momentum=momentum), ACTS[act]())


def mbconv(
    i: int, o: int, k: int, stride: int, mid: int, act: str, expand: bool = True,
    se: nn.Module | None = None, eps: float = 1e-5, residual: bool | None = None,
) -> nn.Module:  # fmt: skip
    """An inverted residual; `residual` as the shapes allow if it is not said."""
    body = nn.Sequential(
        conv(i, mid, 1, 1, act, eps) if expand else nn.Identity(),
        conv(mid, mid, k, stride, act, eps, mid),
        se or nn.Identity(),
        conv(mid, o, 1, 1, None, eps),
    )
    add = stride == 1 and i == o if residual is None else residual
    return Sum(nn.Identity(), body) if add else body


def fair(
    rows: Sequence[Any], stem: int, acts: Sequence[str], tail: Sequence[nn.Module]
) -> nn.Module:
    """FairNAS, MoGA, SCARLET: rows (expansion, width, kernel, stride, activation, squeeze-excite
    with its activation or None), behind a stem and a separable convolution to 16 (`acts`)."""
    layers = [conv(3, stem, 3, 2, acts[0]), conv(stem, stem, 3, 1, acts[1], groups=stem)]
    layers.append(conv(stem, 16, 1, 1, None))
    i = 16
    for e, o, k, stride, act, se in rows:
        mid = round(i * e)
        excite = Excite(mid, mid // 4, se) if se else None
        layers.append(mbconv(i, o, k, stride, mid, act, se=excite))
        i = o
    return nn.Sequential(*layers, *tail)


def densenas(blocks: Sequence[Any], classes: int) -> nn.Module:
    """Blocks (in, out, operators as (kernel, expansion), stride), and the last widths."""
    *blocks, (i, last) = blocks
    layers = [conv(3, blocks[0][0], 3, 2, "relu6", 1e-3)]
    for c, o, ops, stride in blocks:
        for n, (k, t) in enumerate(ops):
            s, c = (stride, c) if n == 0 else (1, o)
            layers.append(mbconv(c, o, k, s, c * t, "relu6", t > 1, eps=1e-3))
    layers.append(conv(i, last, 1, 1, "relu6", 1e-3))
    return nn.Sequential(*layers, Pooled(nn.Linear(last, classes)))


def _divisible(v: float) -> int:
    near = max(8, int(v + 4) // 8 * 8)
    return near + 8 if near < 0.9 * v else near


def ofa(config: Any) -> nn.Module:
    """A configuration of ProxylessNAS or OFA, as JSON gives it."""
    eps = config["bn"]["eps"]

    def layer(l: Any) -> nn.Module:
        act = ACTS[l["act_func"]]()
        k, stride = l.get("kernel_size", 1), l.get("stride", 1)
        if l["use_bn"]:
            return conv(l["in_channels"], l["out_channels"], k, stride, l["act_func"], eps)
        return nn.Sequential(nn.Conv2d(l["in_channels"], l["out_channels"], k, bias=False), act)

    layers = [layer(config["first_conv"])]
    for block in config["blocks"]:
        m = block["mobile_inverted_conv"]
        if m["name"] == "ZeroLayer":
            continue
        i, o, e = m["in_channels"], m["out_channels"], m["expand_ratio"]
        act = m.get("act_func", "relu6")
        mid = m.get("mid_channels") or round(i * e)
        se = Excite(mid, _divisible(mid // 4), "relu") if m.get("use_se") else None
        kept = block["shortcut"] is not None
        layers.append(mbconv(i, o, m["kernel_size"], m["stride"], mid, act, e != 1, se, eps, kept))
    if config.get("final_expand_layer"):
        layers += [layer(config["final_expand_layer"]), nn.AdaptiveAvgPool2d(1)]
    layers.append(layer(config["feature_mix_layer"]))
    last = config["classifier"]
    return nn.Sequential(*layers, Pooled(nn.Linear(last["in_features"], last["out_features"])))


def atomnas(rows: Sequence[Any], stem: int, last: int, classes: int, fused: bool) -> nn.Module:
    """Rows as AtomNAS writes them. `fused` is AtomNAS+, here with a widening for each branch."""
    act = "swish" if fused else "relu"

    def made(i: int, o: int, k: int, stride: int, groups: int = 1) -> nn.Module:
        return conv(i, o, k, stride, act, 1e-3, groups, 0.01)

    layers, i = [made(3, stem, 3, 2)], stem
    for c, n, stride, kernels, widths, expand in rows:
        for _ in range(n if kernels else 0):
            branches: list[nn.Module] = [
                nn.Sequential(
                    *([made(i, w, 1, 1)] if expand else []), made(w, w, k, stride, w),
                    *([] if fused else [nn.Conv2d(w, c, 1, bias=False)]),
                )
                for k, w in zip(kernels, widths, strict=True)
            ]  # fmt: skip
            norm = nn.BatchNorm2d(c, eps=1e-3, momentum=0.01)
            body: nn.Module = Sum(*branches, after=norm)
            if fused:
                mid = sum(widths)
                gate = Excite(mid, round(i / 2), act, nn.Sigmoid)
                narrow = nn.Conv2d(mid, c, 1, bias=False)
                body = nn.Sequential(Join(*branches), gate, narrow, norm)
            layers.append(Sum(nn.Identity(), body) if stride == 1 and i == c else body)
            i, stride = c, 1
    return nn.Sequential(*layers, made(i, last, 1, 1), Pooled(nn.Linear(last, classes)))


def attentivenas(code: Any, classes: int) -> nn.Module:
    width, i = code["width"], code["width"][0]
    layers = [conv(3, i, 3, 2, "swish")]
    strides, excited = (1, 2, 2, 2, 1, 2, 1), (0, 0, 1, 0, 1, 1, 1)
    for s in range(7):
        for n in range(code["depth"][s]):
            o, e, k = width[s + 1], code["expand_ratio"][s], code["kernel_size"][s]
            stride = 1 if n else strides[s]
            mid = _divisible(i * e)
            se = Excite(mid, _divisible(mid // 4), "relu") if excited[s] else None
            body = mbconv(i, o, k, stride, mid, "swish", e != 1, se, residual=False)
            past = nn.Sequential(
                nn.AvgPool2d(2) if stride == 2 else nn.Identity(),
                nn.Conv2d(i, o, 1, bias=False) if i != o else nn.Identity(),
            )
            layers.append(Sum(body, past))
            i = o
    mix = nn.Linear(6 * i, width[8], bias=False)
    head = Pooled(mix, nn.SiLU(), nn.Linear(width[8], classes))
    return nn.Sequential(*layers, conv(i, 6 * i, 1, 1, "swish"), head)


# ShuffleNetV2 blocks of SPOS


class Shuffle(nn.Module):
    def __init__(self, choice: int, i: int, o: int, stride: int) -> None:
        super().__init__()
        self.stride, mid = stride, o // 2
        c = i if stride == 2 else i // 2
        last = o - c
        k = 3 if choice == 3 else 2 * choice + 3
        if choice == 3:
            shape = [(c, c, 3, stride, None, c), (c, mid, 1, 1, "relu", 1)]
            shape += [(mid, mid, 3, 1, None, mid), (mid, mid, 1, 1, "relu", 1)]
            shape += [(mid, mid, 3, 1, None, mid), (mid, last, 1, 1, "relu", 1)]
        else:
            shape = [(c, mid, 1, 1, "relu", 1), (mid, mid, k, stride, None, mid)]
            shape += [(mid, last, 1, 1, "relu", 1)]
        self.main = nn.Sequential(*(conv(*s[:5], groups=s[5]) for s in shape))
        past = [conv(i, i, k, 2, None, groups=i), conv(i, i, 1, 1, "relu")]
        self.past = nn.Sequential(*(past if stride == 2 else []))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        kept, read = (x, x) if self.stride == 2 else (x[:, 0::2], x[:, 1::2])
        return torch.cat([self.past(kept), self.main(read)], 1)


def spos(choices: Sequence[int], classes: int) -> nn.Module:
    layers, i, n = [conv(3, 16, 3, 2, "relu")], 16, 0
    for o, depth in ((64, 4), (160, 4), (320, 8), (640, 4)):
        for d in range(depth):
            layers.append(Shuffle(choices[n], i, o, 1 if d else 2))
            i, n = o, n + 1
    layers.append(conv(i, 1024, 1, 1, "relu"))
    return nn.Sequential(*layers, Pooled(nn.Linear(1024, classes, bias=False)))


# PlainNet


class ZenGate(nn.Module):
    def __init__(self, c: int) -> None:
        super().__init__()
        h = round(c / 4)
        self.gate = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), conv(c, h, 1, 1, "relu"), conv(h, c, 1, 1, None), nn.Sigmoid()
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        scale: torch.Tensor = self.gate(x)
        return x * scale


def _zen_residual(i: int, o: int, stride: int, project: bool, body: list[nn.Module]) -> nn.Module:
    past: nn.Module = nn.Identity()
    if project or stride > 1 or i != o:
        past = nn.Sequential(nn.Conv2d(i, o, 1, stride), nn.BatchNorm2d(o))
    return Sum(nn.Sequential(*body), past, after=nn.ReLU())


def plainnet(blocks: Sequence[tuple[str, list[int]]], classes: int, se: bool) -> nn.Module:
    """Blocks as (name, arguments) of ZenNAS's strings."""
    layers: list[nn.Module] = []

    def gate(c: int) -> nn.Module:
        return ZenGate(c) if se else nn.Identity()

    def eight(v: int) -> int:
        return max(8, (v + 4) // 8 * 8)

    o = 3
    for name, (i, o, stride, *mid_and_n) in blocks:
        mid, n = mid_and_n[0], mid_and_n[-1]
        digits = [int(d) for d in name if d.isdigit()]
        for number in range(n):
            first, s = number == 0, stride if number == 0 else 1
            if name.startswith("SuperConv"):
                layers.append(conv(i, o, digits[0], s, "relu"))
            elif name.startswith("SuperResIDW"):
                e, k = digits
                for a, b, z in ((i, mid, s), (mid, o, 1)):
                    w = eight(e * b)
                    body = [conv(a, w, 1, 1, "relu"), conv(w, w, k, z, "relu", groups=w)]
                    body += [gate(w), conv(w, b, 1, 1, None)]
                    layers.append(_zen_residual(a, b, z, first, body))
                    first = False
            elif len(digits) == 3:
                for a, z in ((i, s), (o, 1)):
                    body = [conv(a, mid, 1, 1, "relu"), conv(mid, mid, digits[1], z, "relu")]
                    body += [gate(mid), conv(mid, o, 1, 1, None)]
                    layers.append(_zen_residual(a, o, z, first, body))
                    first = False
            else:
                k = digits[0]
                body = [conv(i, mid, k, s, "relu"), gate(mid), conv(mid, o, k, 1, None)]
                layers.append(_zen_residual(i, o, s, first, body))
            i = o
    return nn.Sequential(*layers, Pooled(nn.Linear(o, classes)))


# FBNet


class Mixed(nn.Module):
    """The channels of two groups in turn."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.stack(x.chunk(2, 1), 2).flatten(1, 2)


def fbnet(config: Any, classes: int) -> nn.Module:
    """A configuration of mobile-vision."""

    def unit(
        i: int, o: int, k: int, s: int, act: str | None, bias: bool, groups: int, pad: Any
    ) -> Any:
        weight = nn.Conv2d(i, o, k, s, pad, groups=groups, bias=bias)
        return nn.Sequential(weight, nn.BatchNorm2d(o), ACTS[act]())

    def up(v: float) -> int:
        near = max(8, int(v + 4) // 8 * 8)
        return near + 8 if near < 0.95 * v else near

    layers: list[nn.Module] = []
    i = 3
    for op, o, stride, n, *more in (b for stage in config["blocks"] for b in stage):
        args = {k: v for group in more for k, v in group.items()}
        tags = op.split("_")
        act, bias = "h_swish" if "hs" in tags else "relu", args.get("bias", False)
        k = next((int(t[1:]) for t in tags if t[0] == "k"), 1)
        for s in [stride] + [1] * (n - 1):
            mid = up(i * args.get("expansion", 1))
            if tags[0] == "conv":
                layers.append(unit(i, o, k, s, act, True, 1, k // 2))
            elif tags[0] == "skip":
                layers += [unit(i, o, 1, s, "relu", False, 1, 0)] if i != o or s > 1 else []
            elif tags[1] == "pool":
                mix = [nn.AdaptiveAvgPool2d(1), nn.Conv2d(mid, o, 1, bias=False), ACTS[act]()]
                layers += [unit(i, mid, 1, 1, act, False, 1, 0), *mix]
            else:
                groups = 2 if "g2" in tags else 1
                pad = args.get("dw_args", {"padding": k // 2})["padding"]
                body = [unit(i, mid, 1, 1, act, bias, groups, 0)] if mid != i else []
                body += [Mixed()] if groups == 2 else []
                body += [unit(mid, mid, k, s, act, bias, mid, pad)]
                if "sehsig" in tags:
                    hidden = up((i if args.get("less_se_channels") else mid) / 4)
                    body += [Excite(mid, hidden, act)]
                body += [unit(mid, o, 1, 1, None, bias, args.get("pwl_groups", 1), 0)]
                add = s == 1 and i == o
                layers.append(
                    Sum(nn.Identity(), nn.Sequential(*body)) if add else nn.Sequential(*body)
                )
            i = o
    return nn.Sequential(*layers, Pooled(nn.Linear(i, classes)))
