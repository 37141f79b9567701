"""The command line, derived from the actions: their signatures give the options, their docstrings the help.

Only the action that is called is imported. What a command prints goes to standard output, progress and errors to
standard error.

Exit codes: 0 done, 1 another error of runoff, 2 a wrong option or setting, 3 no data, 4 data that cannot be used,
5 the store, 130 interrupted. A result that is only in part what was asked for says which in `exit_code`.
"""

from __future__ import annotations

import functools
import inspect
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import App, Parameter
from docstring_parser import parse as parse_docstring

from runoff import __version__
from runoff.actions import ACTIONS, GROUPS, Action
from runoff.core.errors import (
    ConfigError,
    IdentityError,
    LookaheadError,
    RegistryError,
    RunoffError,
    SourceError,
    StoreError,
    UnitError,
    Unparseable,
)

if TYPE_CHECKING:
    from runoff.actions.workspace import Progress
    from runoff.core.language import Words

# The first that matches counts.
_EXIT_CODES = (
    ((ConfigError, RegistryError), 2),
    ((Unparseable, UnitError, IdentityError), 4),
    ((LookaheadError, SourceError), 3),
    ((StoreError,), 5),
    ((RunoffError,), 1),
)
_INTERRUPTED = 130


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code."""
    words = _words(_language(arguments))
    try:
        app = _app(words, arguments)
        app(list(arguments), result_action="return_value")
    except RunoffError as error:
        sys.stderr.write(f"runoff: {words.text(error.template, **error.values)}\n")
        return next(code for kinds, code in _EXIT_CODES if isinstance(error, kinds))
    except KeyboardInterrupt:
        sys.stderr.write(f"runoff: {words.text('interrupted; what was committed stays')}\n")
        return _INTERRUPTED
    except BrokenPipeError:  # the reader had enough: what `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except SystemExit as stop:
        return _code(stop)
    return 0


def _code(stop: SystemExit) -> int:
    """Cyclopts leaves with 1 for a wrong option; the documented code of it is 2."""
    return 2 if stop.code == 1 else int(stop.code or 0)


def _language(arguments: Sequence[str]) -> str:
    """The language, known before anything is parsed, so that help and errors speak it too."""
    for index, argument in enumerate(arguments):
        if argument == "--lang" and index + 1 < len(arguments):
            return arguments[index + 1]
        if argument.startswith("--lang="):
            return argument.partition("=")[2]
    return os.environ.get("RUNOFF_LANG") or "en"


class _Plain:
    """English without a catalogue: what help needs, and 80 ms cheaper than `Words`."""

    language = "en"

    @staticmethod
    def text(message: str, **values: object) -> str:
        return message.format(**values) if values else message


def _words(language: str) -> Words | _Plain:
    if language != "zh":
        return _Plain()
    from runoff.actions.workspace import words_in

    return words_in("zh")


def _app(words: Words | _Plain, arguments: Sequence[str]) -> App:
    app = App(
        name="runoff",
        help=words.text("A workstation for central-bank balance-sheet policy."),
        version=__version__,
        help_format="plaintext",
        group_commands=words.text("Commands"),
        group_parameters=words.text("Options"),
        group_arguments=words.text("Arguments"),
    )
    called = [a for a in arguments if not a.startswith("-")]
    groups: dict[str, App] = {}
    for action in ACTIONS.values():
        path = action.name.split()
        command = _command(action, words) if called[: len(path)] == path else _named(action)
        group = app
        if len(path) > 1:
            if path[0] not in groups:
                groups[path[0]] = _group(path[0], words)
                app.command(groups[path[0]])
            group = groups[path[0]]
        group.command(command, name=path[-1], help=words.text(action.summary))
    return app


def _group(name: str, words: Words | _Plain) -> App:
    """A command that stands for several: `runoff data` for `data status` and `data why`."""
    return App(
        name=name,
        help=words.text(GROUPS[name]),
        help_format="plaintext",
        group_commands=words.text("Commands"),
        group_parameters=words.text("Options"),
        group_arguments=words.text("Arguments"),
    )


def _named(action: Action) -> Callable[[], None]:
    """A place holder in the list of commands: the command itself is made when it is called."""

    def command() -> None:
        raise RegistryError("{name} was not called", name=action.name)

    return command


def _command(action: Action, words: Words | _Plain) -> Callable[..., None]:
    """The command of an action: its parameters after workspace and words, and the ways to print what it returns."""
    function = action.function()
    signature = inspect.signature(function, eval_str=True)
    told = {p.arg_name: p.description or "" for p in parse_docstring(function.__doc__ or "").params}
    parameters = [
        parameter.replace(
            annotation=Annotated[
                parameter.annotation, Parameter(help=words.text(_one_line(told.get(parameter.name, ""))))
            ]
        )
        for parameter in list(signature.parameters.values())[2:]
    ]
    printing = _printing(signature.return_annotation, words)
    defaults: dict[str, object] = {"format": "text", "csv": False, "json": False}
    parameters += [
        inspect.Parameter(
            name, inspect.Parameter.KEYWORD_ONLY, default=defaults.get(name), annotation=annotation
        )
        for name, annotation in printing.items()
    ]

    @functools.wraps(function)
    def command(*args: object, **kwargs: object) -> None:
        options = {name: kwargs.pop(name, None) for name in printing}
        _perform(action, args, kwargs, options)

    command.__signature__ = signature.replace(parameters=parameters, return_annotation=None)  # type: ignore[attr-defined]
    command.__annotations__ = {p.name: p.annotation for p in parameters}
    command.__doc__ = words.text(action.summary)
    return command


def _printing(returned: object, words: Words | _Plain) -> dict[str, object]:
    """The options that a command has beside those of its action: what its result can be printed and written as."""
    from runoff.core.report import Brief

    language = words.text("Language: en or zh (default: RUNOFF_LANG, else en).")
    found: dict[str, object] = {}
    if told := returned is Brief or hasattr(returned, "section"):
        page = words.text("Also write a page that opens offline.")
        found["format"] = Annotated[
            Literal["text", "html", "json", "md"], Parameter(help=words.text("What to print."))
        ]
        found["html"] = Annotated[Path | None, Parameter(name="--html", help=page)]
    if told or "rows" in getattr(returned, "__dataclass_fields__", ()):
        rows = words.text("Also write the rows of --csv to a Parquet file, with their types.")
        found["parquet"] = Annotated[Path | None, Parameter(name="--parquet", help=rows)]
    return found | {
        "csv": Annotated[bool, Parameter(help=words.text("Print CSV."), negative=())],
        "json": Annotated[bool, Parameter(help=words.text("Print JSON."), negative=())],
        "lang": Annotated[Literal["en", "zh"] | None, Parameter(help=language)],
    }


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _perform(
    action: Action, args: tuple[object, ...], kwargs: dict[str, object], options: dict[str, object]
) -> None:
    """Open the workspace, run the action, and print what it returns."""
    from runoff import config
    from runoff.actions.workspace import Workspace, words_in
    from runoff.surfaces.cli import printing

    settings = config.read(os.environ)
    words = words_in(str(options["lang"] or settings.language))
    printing.check(options)
    with _progress(words) as progress, Workspace.open(settings, progress=progress) as work:
        result = action.function()(work, words, *args, **kwargs)
    printing.write(result, words, options)
    if code := getattr(result, "exit_code", 0):
        raise SystemExit(code)


@contextmanager
def _progress(words: Words) -> Iterator[Progress | None]:
    """A bar on standard error while an action is at work, gone when it is done; none where nobody looks."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    bar = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    task = bar.add_task(words.text("bringing the shipped figures into the store"), total=None, visible=False)

    def show(name: str, number: int, total: int) -> None:
        bar.start()
        bar.update(task, completed=number, total=total, visible=True, description=name)

    try:
        yield show
    finally:
        bar.stop()
