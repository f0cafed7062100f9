"""Optional dependencies: imported when they are used, with a plain word on what to install."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from .diagnostics import fail


def installed(package: str) -> bool:
    """Whether an optional package is there, for what may be left out without it."""
    return find_spec(package) is not None


def need(module: str, extra: str) -> Any:
    """The module `module`, which comes with `nasdsl[extra]`; NAS323 if it is not installed.

    A module that is there and fails to import raises what it raises: installing it again would not
    help.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        package = module.partition(".")[0]
        if error.name is None or error.name.partition(".")[0] != package:
            raise
        message = f"this takes {package}, which is not installed"
        raise fail("NAS323", message, help=f"pip install 'nasdsl[{extra}]'") from None
