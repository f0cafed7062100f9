"""`nasdsl version`."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of

import click

from .common import echo_json, json_option

PACKAGES = ("nasdsl", "torch", "torchvision", "lark", "pydantic", "sqlalchemy", "rich", "click")


@click.command()
@json_option
def version(as_json: bool) -> None:
    """Print the versions that matter in a report, without importing anything."""
    found = {name: installed(name) for name in PACKAGES}
    found |= {"python": platform.python_version(), "platform": platform.platform()}
    if as_json:
        echo_json(found)
        return
    for name, text in found.items():
        click.echo(f"{name:<12} {text}")


def installed(name: str) -> str:
    try:
        return version_of(name)
    except PackageNotFoundError:
        return "not installed"
