"""Python identifiers for emitted code: CamelCase classes, snake_case attributes, all unique."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterable
from functools import lru_cache

_WORD = re.compile(r"[A-Za-z0-9]+")
_TOKEN = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")

KEYWORDS = frozenset(keyword.kwlist) | {"self"}
MODULES = frozenset({"torch", "nn", "F", "Tensor", "math", "annotations"})
BUILTINS = frozenset(dir(builtins)) | KEYWORDS | MODULES

# Attributes of nn.Module that a submodule must not shadow (a test compares them with torch's own).
_ATTRIBUTES = """
    T_destination add_module apply bfloat16 buffers call_super_init children compile cpu cuda
    double dump_patches eval extra_repr float forward get_buffer get_extra_state get_parameter
    get_submodule half ipu load_state_dict modules mtia named_buffers named_children
    named_modules named_parameters parameters register_backward_hook register_buffer
    register_forward_hook register_forward_pre_hook register_full_backward_hook
    register_full_backward_pre_hook register_load_state_dict_post_hook
    register_load_state_dict_pre_hook register_module register_parameter
    register_state_dict_post_hook register_state_dict_pre_hook requires_grad_
    set_extra_state set_submodule share_memory state_dict to to_empty train training type
    xpu zero_grad
"""
MODULE_ATTRIBUTES = frozenset(_ATTRIBUTES.split())


def camel(name: str, default: str = "Net") -> str:
    """A class name: `sep_conv_3x3` becomes SepConv3x3, `DARTS` stays."""
    words = _WORD.findall(name)
    text = "".join(w[0].upper() + w[1:] for w in words)
    if not text:
        return default
    return text if text[0].isalpha() else default + text


@lru_cache(maxsize=4096)
def snake(name: str, default: str = "x") -> str:
    """A variable name: `SepConv` becomes sep_conv, `3x3` becomes x3x3."""
    text = re.sub(r"[^A-Za-z0-9_]+", "_", name).strip("_")
    if not text:
        return default
    if re.search(r"[a-z][A-Z]", text):
        text = "_".join(_TOKEN.findall(text))
    if text != text.upper() or len(text) > 2:
        text = text.lower()
    return text if text[0].isalpha() else default + text.lower()


class Names:
    """Hands out identifiers: each at most once, and none of the reserved ones."""

    def __init__(self, reserved: Iterable[str] = ()) -> None:
        self._taken = set(reserved)

    def reserve(self, name: str) -> str:
        self._taken.add(name)
        return name

    def unique(self, base: str) -> str:
        """`base` itself, or else with the first free number from 2 behind it."""
        name, number = base, 2
        separator = "_" if base[-1:].isdigit() else ""
        while name in self._taken:
            name = f"{base}{separator}{number}"
            number += 1
        return self.reserve(name)

    def first_free(self, bases: Iterable[str]) -> str:
        """The first of these that is free, or else the first of them with a number."""
        wanted = list(bases)
        return self.unique(next((b for b in wanted if b not in self._taken), wanted[0]))

    def series(self, bases: Iterable[str]) -> list[str]:
        """A name for each base; bases that occur several times are numbered from 1."""
        wanted = list(bases)
        counts: dict[str, int] = {}
        for base in wanted:
            counts[base] = counts.get(base, 0) + 1
        numbers: dict[str, int] = {}
        names = []
        for base in wanted:
            if counts[base] == 1:
                names.append(self.unique(base))
                continue
            separator = "_" if base[-1:].isdigit() else ""
            while True:
                numbers[base] = numbers.get(base, 0) + 1
                name = f"{base}{separator}{numbers[base]}"
                if name not in self._taken and name not in counts:
                    break
            names.append(self.reserve(name))
        return names
