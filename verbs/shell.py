"""What every verb shares: the group that loads verbs lazily, one-line errors, exit codes, safe output.

Whatever a user gets wrong is one line on standard error and an exit code of design.md section 5, never a
traceback. Must not know: what a verb does. Read next: recordings.py.
"""

from __future__ import annotations

import importlib
import io
import os
import sys
from difflib import get_close_matches
from typing import TYPE_CHECKING, NoReturn

import click
from click.exceptions import NoArgsIsHelpError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PROGRAM = "replay.py"
_INTERRUPTED = 130
_PIPE_CLOSED = 141


class Refused(Exception):
    """The verb cannot do what it was asked, for a reason the user can act on."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class PipeClosed(Exception):
    """Whoever read our output has left, as `head` does."""


class Verbs(click.Group):
    """Verbs by name; a verb's module is imported when it is used."""

    def __init__(self, name: str, modules: Mapping[str, tuple[str, str]], help_text: str) -> None:
        """`modules`: verb -> the module that holds its `command`, and one line of help."""
        super().__init__(name, help=help_text, context_settings={"help_option_names": ["-h", "--help"]})
        self._modules = modules

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every verb, in the order of the table."""
        del ctx
        return list(self._modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The verb's command, None when there is no such verb."""
        del ctx
        if cmd_name not in self._modules:
            return None
        command = importlib.import_module(self._modules[cmd_name][0]).command
        assert isinstance(command, click.Command)  # noqa: S101 - the table and the modules are both ours
        return command

    def invoke(self, ctx: click.Context) -> int:
        """Run the verb. click would turn a closed pipe into exit code 1, which here means differences."""
        try:
            code: int = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError as error:
            raise PipeClosed from error
        except OSError as error:
            # What a verb opens it answers for itself; what is left is our own output, or the system's limits.
            _silence()
            raise Refused(f"cannot go on: {error.strerror or error}", 2) from error
        return code

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, but a mistyped verb names the nearest one."""
        if args[0] not in self._modules and not args[0].startswith("-"):
            near = get_close_matches(args[0], self._modules, 1, 0.5)
            hint = f"did you mean {near[0]!r}?" if near else f"verbs: {', '.join(self._modules)}"
            raise click.UsageError(f"no verb {args[0]!r}; {hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of verbs, without importing any of them."""
        del ctx
        with formatter.section("Verbs"):
            formatter.write_dl([(name, line) for name, (_, line) in self._modules.items()])


def run(group: click.Group, args: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit with the code it promises."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    sys.exit(exit_code_of(group, args))


def exit_code_of(group: click.Group, args: Sequence[str] | None = None) -> int:
    """Run the command line, print what is wrong in one line, and return the exit code."""
    try:
        code: int = group.main(args, PROGRAM, standalone_mode=False)
    except NoArgsIsHelpError as error:
        error.show()
        return error.exit_code
    except Refused as error:
        click.echo(f"{PROGRAM}: {one_line(str(error))}", err=True)
        return error.exit_code
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        click.echo(f"{context.command_path if context else PROGRAM}: {one_line(error.format_message())}", err=True)
        return error.exit_code
    except click.Abort:
        return _INTERRUPTED
    except PipeClosed:
        _silence()
        return _PIPE_CLOSED
    return code


def _silence() -> None:
    """Python flushes once more at exit; that a second failure is printed helps nobody."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def one_line(message: str) -> str:
    """A message without line breaks, so that an error is always one line."""
    from playback.visible import visible  # noqa: PLC0415 - only an error pays for it

    return visible(" ".join(message.split()))
