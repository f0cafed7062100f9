"""Let the tests run from a bare checkout, where compiler/ and its neighbours stand beside nasdsl/."""

from pathlib import Path

import pytest

import nasdsl

nasdsl.__path__.append(str(Path(__file__).parent))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite the expected outputs")


def use_checkout() -> None:
    """What importing this file does; a name for worker processes of Ray to begin with."""
