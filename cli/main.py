"""The `nasdsl` command: a group whose subcommands are imported only when they run."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from types import FrameType
from typing import Any

import click

#: Every command: where it is, and its line in the help; in the order of a working day.
COMMANDS: Mapping[str, tuple[str, str]] = {
    "check": ("nasdsl.cli.check:check", "Report every mistake of .nas files."),
    "fmt": ("nasdsl.cli.fmt:fmt", "Lay .nas files out in the one format."),
    "info": ("nasdsl.cli.info:info", "Size, decisions and cost range of a space."),
    "sample": ("nasdsl.cli.sample:sample", "Draw architectures from a space."),
    "decode": ("nasdsl.cli.decode:decode", "What a published string stands for."),
    "encode": ("nasdsl.cli.decode:encode", "Write an architecture in a published notation."),
    "convert": ("nasdsl.cli.decode:convert", "Write a published string in another notation."),
    "cost": ("nasdsl.cli.cost:cost", "Parameters and operations of an architecture."),
    "compile": ("nasdsl.cli.compile:compile", "Write an architecture as PyTorch source."),
    "draw": ("nasdsl.cli.draw:draw", "Draw an architecture as SVG."),
    "train": ("nasdsl.cli.train:train", "Train one architecture of a space."),
    "search": ("nasdsl.cli.search:search", "Search a space for the best architecture."),
    "resume": ("nasdsl.cli.search:resume", "Go on with a search that was stopped."),
    "worker": ("nasdsl.cli.worker:worker", "Evaluate trials of a search on another machine."),
    "rerun": ("nasdsl.cli.rerun:rerun", "Evaluate a trial of a study once more."),
    "diff": ("nasdsl.cli.diff:diff", "The decisions in which two spaces differ."),
    "spaces": ("nasdsl.cli.spaces:spaces", "List the spaces that come with nasdsl."),
    "strategies": (
        "nasdsl.cli.strategies:strategies",
        "List the strategies, or tell which suit a space.",
    ),
    "encodings": ("nasdsl.cli.decode:encodings", "List the notations that nasdsl reads."),
    "version": ("nasdsl.cli.version:version", "Print the versions that matter in a report."),
}


class FailedRun(click.ClickException):
    """The input was fine and the run was not: exit code 1."""

    exit_code = 1


class Terminated(KeyboardInterrupt):
    """A polite kill: what Ctrl-C does, but for the exit code."""


def terminate(number: int, frame: FrameType | None) -> None:
    """What to do on SIGTERM."""
    raise Terminated


class LazyGroup(click.Group):
    """Commands by the table above; mistakes of users end in a message and a code, no traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[name][0].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from nasdsl.diagnostics import did_you_mean

            hint = did_you_mean(args[0], list(COMMANDS)).replace("`", "'")
            ctx.fail(f"there is no command '{args[0]}'" + (f"; {hint}" if hint else ""))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])

    def main(self, *args: Any, standalone_mode: bool = True, **extra: Any) -> Any:
        run: Callable[..., Any] = super().main
        if not standalone_mode:
            return run(*args, standalone_mode=False, **extra)
        sys.set_int_max_str_digits(0)  # sizes are long, and bounded by the language
        sys.exit(guarded(lambda: run(*args, standalone_mode=False, **extra)))


def guarded(call: Callable[[], Any]) -> int:
    """The exit code of a call: 0, 1 failed run, 2 bad input, 130 interrupted, 143 terminated."""
    from nasdsl.diagnostics import NasError

    try:
        code = call()
    except NasError as error:
        click.echo(str(error), err=True)
        return 2
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt) as error:
        terminated = isinstance(error, Terminated) or isinstance(error.__cause__, Terminated)
        click.echo("terminated" if terminated else "interrupted", err=True)
        return 143 if terminated else 130
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output has gone; nothing is left to say
        return 1
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        click.echo(f"error: {where}{error.strerror or error}", err=True)
        return 1
    return code if isinstance(code, int) else 0


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """A language for neural-architecture search spaces, with a compiler to PyTorch.

    FILE is a .nas file, or the name of a space that comes with nasdsl.
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """The console script."""
    cli.main(arguments, prog_name="nasdsl")
