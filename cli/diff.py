"""`nasdsl diff`: two spaces compared decision by decision."""

from __future__ import annotations

import click

from .common import echo_json, json_option, load_space


@click.command()
@click.argument("first", metavar="A.nas")
@click.argument("second", metavar="B.nas")
@json_option
def diff(first: str, second: str, as_json: bool) -> int:
    """The decisions in which two spaces differ; exit code 1 if they do, as `diff`."""
    from nasdsl.difference import difference

    found = difference(load_space(first), load_space(second))
    if as_json:
        echo_json(found.as_json())
    else:
        click.echo("\n".join(found.lines()))
    return 0 if found.same else 1
