"""Python that a user names on the command line: `module:name`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

from .diagnostics import Diagnostic, NasError


def import_target(target: str, what: str) -> Callable[..., Any]:
    """The callable, from the working folder or what is installed; NAS336 if there is none.

    what: "function" or "class", for the message.
    """
    module, _, attribute = target.partition(":")
    folder = sys.path[:1] == [""]
    try:
        if not folder:
            sys.path.insert(0, "")
        found = getattr(import_module(module), attribute)
    except (ImportError, AttributeError, ValueError, TypeError) as error:
        message = f"`{target}` cannot be imported: {error}"
        help = f"write module:{what}, with the module's file in this folder or installed"
        raise NasError(Diagnostic("NAS336", message, help=help)) from error
    finally:
        if not folder:
            sys.path.remove("")
    if not callable(found):
        message = f"`{target}` is a {type(found).__name__}, not a {what}"
        raise NasError(Diagnostic("NAS336", message, help=f"name a {what}"))
    return found  # type: ignore[no-any-return]  # what a user named: callable, no more is known
