"""What every verb is made of: groups of options, options and texts in any order, examples below the help."""

from __future__ import annotations

import dataclasses
import difflib
import functools
import inspect
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Annotated, Any, get_type_hints

import typer
from typer.core import TyperCommand, TyperGroup

from soundalike.core.errors import ConfigError

from . import console, facts
from .former import former_option

LIKE_OPTION = re.compile(r"--?[A-Za-z][A-Za-z0-9_-]*(=.*)?", re.DOTALL)


class OptionGroup:
    """Options that verbs share: a dataclass whose fields are annotated as parameters of a verb are."""

    @classmethod
    def parameters(cls) -> list[inspect.Parameter]:
        """The options, as parameters of a function that Typer reads."""
        hints = get_type_hints(cls, include_extras=True)
        fields = dataclasses.fields(cls)  # type: ignore[arg-type]  # every group is a dataclass
        return [_parameter(field.name, hints[field.name], field.default) for field in fields]

    @classmethod
    def collected(cls, values: dict[str, Any]) -> Any:
        """The group, with the values that were given."""
        return cls(**values)


def _parameter(name: str, hint: Any, default: Any) -> inspect.Parameter:
    empty = inspect.Parameter.empty
    given = empty if default is dataclasses.MISSING else default
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=given, annotation=hint)


def expanded(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function with an option for each field of its OptionGroups, which is how Typer can read it."""
    own: list[inspect.Parameter] = []
    groups: dict[str, tuple[type[OptionGroup], list[str]]] = {}
    # Not typing.get_type_hints: before Python 3.11 it hides the annotation of what may be None
    for name, parameter in inspect.signature(function, eval_str=True).parameters.items():
        hint = parameter.annotation
        if isinstance(hint, type) and issubclass(hint, OptionGroup):
            shared = hint.parameters()
            groups[name] = (hint, [one.name for one in shared])
            own += shared
        else:
            given = dataclasses.MISSING if parameter.default is parameter.empty else parameter.default
            own.append(_parameter(name, hint, given))

    def run(**values: Any) -> Any:
        built = {
            name: group.collected({one: values.pop(one) for one in names})
            for name, (group, names) in groups.items()
        }
        return function(**values, **built)

    run.__name__ = function.__name__
    run.__doc__ = function.__doc__
    # What inspect.signature looks for
    run.__signature__ = inspect.Signature(own)  # type: ignore[attr-defined]  # a function takes attributes
    run.__annotations__ = {one.name: one.annotation for one in own}
    return run


def parameters_of(function: Callable[..., Any]) -> list[Any]:
    """The parameters that Typer makes of a function's."""
    app = typer.Typer(add_completion=False)
    app.command()(function)
    return typer.main.get_command(app).params


def _quiet(value: bool) -> None:
    if value:
        console.be_quiet()


def _verbose(value: bool) -> None:
    if value:
        console.be_verbose()


def output_options(
    quiet: Annotated[
        bool,
        typer.Option(
            "--quiet",
            "-q",
            callback=_quiet,
            expose_value=False,
            show_default=False,
            help="only results and errors: no warnings, no progress",
            rich_help_panel="Output",
        ),
    ] = False,
    verbose: Annotated[
        bool,
        typer.Option(
            "--verbose",
            "-v",
            callback=_verbose,
            expose_value=False,
            show_default=False,
            help="also where warnings and errors come from",
            rich_help_panel="Output",
        ),
    ] = False,
) -> None:
    """The options that every command has."""


@functools.cache
def _output_parameters() -> list[Any]:
    return parameters_of(output_options)


def options_first(path: str, words: list[str], parameters: Iterable[Any]) -> list[str]:
    """The same words with all options before the texts, so that a text may begin with '-'.

    A word is an option if it is one of this command, or looks like one: a dash or two, then letters, digits
    and dashes alone. So "-5", "-Yes." and "- So he said" are texts. Raises ConfigError for an option that the
    command `path` does not have, naming the nearest one.
    """
    needs_value: dict[str, bool] = {}
    for parameter in parameters:
        if parameter.param_type_name == "option":
            takes = not (parameter.is_flag or parameter.count)
            needs_value |= dict.fromkeys((*parameter.opts, *parameter.secondary_opts), takes)
    options: list[str] = []
    texts: list[str] = []
    rest = iter(words)
    for word in rest:
        if word == "--":
            texts.extend(rest)
        elif not _is_option(word, needs_value):
            texts.append(word)
        else:
            options.append(word)
            if _wants_next(path, word, needs_value):
                options.append(_value_of(path, word, rest))
    return [*options, *(["--", *texts] if texts else [])]


def _value_of(path: str, word: str, rest: Iterator[str]) -> str:
    value = next(rest, None)
    if value is None:
        raise ConfigError(f"{word} needs a value. See `{path} --help`.")
    return value


def _is_option(word: str, needs_value: dict[str, bool]) -> bool:
    if len(word) < 2 or word[0] != "-":
        return False
    if word.partition("=")[0] in needs_value:
        return True
    if needs_value.get(word[:2], False):  # such as -oout.wav; what has spaces is rather a text
        return not re.search(r"\s", word)
    return bool(LIKE_OPTION.fullmatch(word))


def _wants_next(path: str, word: str, needs_value: dict[str, bool]) -> bool:
    """Whether an option's value is the next word. Raises ConfigError for an option that is not there."""
    name, has_value, _ = word.partition("=")
    if word.startswith("--"):
        if name not in needs_value:
            raise ConfigError(unknown_option(path, name, list(needs_value)))
        return needs_value[name] and not has_value
    # Short options may stand together; the first that takes a value takes the rest of the word
    for place, letter in enumerate(word[1:], 2):
        if f"-{letter}" not in needs_value:
            raise ConfigError(unknown_option(path, name, list(needs_value)))
        if needs_value[f"-{letter}"]:
            return place == len(word)
    return False


def unknown_option(path: str, name: str, names: list[str]) -> str:
    """Why an option is refused: what it is called now, or the one that may be meant."""
    command = path.partition(" ")[2]
    if now := former_option(command, name):
        return f"{name} of former versions is now {now}. See `{path} --help`."
    near = difflib.get_close_matches(name, names, n=1)
    meant = f" Did you mean {near[0]}?" if near else " A text that begins with - goes after --."
    return f"`{path}` has no option {name}.{meant} See `{path} --help`."


class _WithExamples:
    """A command whose help ends with examples: Typer's epilog, in a panel, line by line."""

    examples: str | None

    def show_examples(self) -> None:
        if not self.examples:
            return
        from rich.console import Console
        from rich.panel import Panel
        from rich.text import Text

        text = Text(inspect.cleandoc(self.examples), no_wrap=False)
        Console().print(Panel(text, title="Examples", title_align="left", border_style="dim"))


class Command(_WithExamples, TyperCommand):
    """A verb."""

    def __init__(self, *arguments: Any, epilog: str | None = None, **settings: Any):
        super().__init__(*arguments, **settings)
        self.examples = epilog

    def get_params(self, ctx: Any) -> list[Any]:
        """Its own parameters, those of every verb, and --help."""
        *own, help_option = super().get_params(ctx)
        return [*own, *_output_parameters(), help_option]

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Options and texts in any order. Raises ConfigError for an option that is not there."""
        if not ctx.resilient_parsing:
            args = options_first(ctx.command_path, args, self.get_params(ctx))
        return super().parse_args(ctx, args)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """The help, with ranges and defaults from where they are defined, and examples at its end."""
        for parameter in self.get_params(ctx):
            facts.fill_in(ctx.command_path, parameter)
        super().format_help(ctx, formatter)
        self.show_examples()


class Group(_WithExamples, TyperGroup):
    """Verbs under one name."""

    def __init__(self, *arguments: Any, epilog: str | None = None, **settings: Any):
        super().__init__(*arguments, **settings)
        self.examples = epilog

    def get_params(self, ctx: Any) -> list[Any]:
        """Its own parameters, those of every verb, and --help."""
        *own, help_option = super().get_params(ctx)
        return [*own, *_output_parameters(), help_option]

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Without a verb, the help is shown, and the exit code is 2."""
        if not args and not ctx.resilient_parsing:
            print(ctx.get_help())
            raise typer.Exit(2)
        return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The verb that is named. Raises ConfigError for one that is not there, naming the nearest."""
        if (
            not ctx.resilient_parsing
            and not args[0].startswith("-")
            and args[0] not in self.list_commands(ctx)
        ):
            raise ConfigError(self.unknown_command(ctx, args[0]))
        return super().resolve_command(ctx, args)

    def unknown_command(self, ctx: Any, name: str) -> str:
        """Why a verb is refused, and which may be meant."""
        names = self.list_commands(ctx)
        near = difflib.get_close_matches(name, names, n=1)
        choice = f"Did you mean {near[0]}?" if near else f"Choose one of {', '.join(names)}."
        return f"`{ctx.command_path}` has no command '{name}'. {choice} See `{ctx.command_path} --help`."

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """The help, with examples at its end."""
        super().format_help(ctx, formatter)
        self.show_examples()


class App(typer.Typer):
    """Verbs, and groups of them, whose options are put together when the command is called for, not on
    import: some are read from rooms that load torch.
    """

    def __init__(self, **settings: Any):
        super().__init__(
            cls=Group,
            add_completion=False,
            rich_markup_mode="rich",
            pretty_exceptions_enable=False,
            **settings,
        )
        self.waiting: list[tuple[str, str, Callable[..., Any]]] = []


def verb(app: App, name: str, examples: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a function a verb: its parameters are arguments and options, its docstring the help; it returns
    the exit code, or None for 0.
    """

    def add(function: Callable[..., Any]) -> Callable[..., Any]:
        app.waiting.append((name, examples, function))
        return function

    return add


def built(app: App) -> Any:
    """The command of an app: its only verb, or the group of its verbs."""
    _register(app)
    return typer.main.get_command(app)


def _register(app: App) -> None:
    for name, examples, function in app.waiting:
        app.command(name, cls=Command, epilog=examples)(expanded(function))
    app.waiting.clear()
    for group in app.registered_groups:
        if isinstance(group.typer_instance, App):
            _register(group.typer_instance)
