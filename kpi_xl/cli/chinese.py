"""click's commands in Chinese: help, and errors of the command line."""

from __future__ import annotations

import inspect
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

import click

from kpi_xl import kinds
from kpi_xl.errors import InputError
from kpi_xl.fault import Fault, Kind
from kpi_xl.readers.name import near
from kpi_xl.readers.number import read_count, read_number


def width(text: str) -> int:
    """The width of a text on a terminal: a Chinese character takes two columns."""
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)


def listed(names: Iterable[str], room: int = 84) -> str:
    """Names in lines that fit a terminal.

    Examples
    --------
    >>> print(listed(["月度KPI表", "主管日程", "周工作计划"], 24))
    月度KPI表；主管日程；
    周工作计划。
    """
    lines = [""]
    for name in names:
        if lines[-1] and width(f"{lines[-1]}{name}；") > room:
            lines.append("")
        lines[-1] += f"{name}；"
    return "\n".join(lines).removesuffix("；") + "。"


class Formatter(click.HelpFormatter):
    """Writes help with columns that line up for Chinese text."""

    def write_heading(self, heading: str) -> None:
        self.write(f"{'':>{self.current_indent}}{heading}：\n")

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        rows = list(rows)
        column = col_spacing + max(width(first) for first, _ in rows)
        for first, second in rows:
            space = " " * (column - width(first))
            self.write(f"{'':>{self.current_indent}}{first}{space}{second}\n")


class _Context(click.Context):
    formatter_class = Formatter


class Argument(click.Argument):
    """An argument that the help explains.

    Parameters
    ----------
    help : str
        The explanation that the help shows.
    """

    def __init__(self, *names: Any, help: str, **options: Any) -> None:
        super().__init__(*names, **options)
        self.help: str = help

    def make_metavar(self, ctx: click.Context) -> str:
        return super().make_metavar(ctx).replace("...", "…")


class Option(click.Option):
    """An option; the help marks required ones in Chinese."""

    def get_help_extra(self, ctx: click.Context) -> Any:
        extra = super().get_help_extra(ctx)
        if extra.pop("required", None) and self.help is not None:
            self.help = self.help.removesuffix("（必写）") + "（必写）"
        return extra


class Word(click.Choice[str]):
    """A parameter type: one of some words."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if value not in self.choices:
            known = "、".join(map(str, self.choices))
            raise UnusableValueError(kinds.NOT_ONE_OF, param, ctx, value=value, known=known)
        return str(value)


class Number(click.ParamType[float]):
    """A parameter type: a number by the common grammar; an integer where `whole`."""

    name = "number"

    def __init__(self, whole: bool = False) -> None:
        self.whole = whole

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        found = read_count(str(value)) if self.whole else read_number(str(value))
        if isinstance(found, Fault):
            kind = kinds.WHOLE_WANTED_HERE if self.whole else kinds.NUMBER_WANTED
            raise UnusableValueError(kind, param, ctx, value=value)
        return found


class UnusableValueError(click.BadParameter):
    """A value that a parameter does not take.

    Parameters
    ----------
    kind : Kind
        What is wrong with it.
    ctx : click.Context or None
        The context of the command.
    about
        The kind's parameters.
    """

    def __init__(
        self,
        kind: Kind,
        param: click.Parameter | None,
        ctx: click.Context | None,
        **about: object,
    ) -> None:
        super().__init__(kind.code, ctx, param)
        self.kind = kind
        self.about = about


class Command(click.Command):
    """A command.

    Parameters
    ----------
    examples : sequence of str
        Command lines to learn from, shown at the end of the help.
    """

    context_class = _Context
    # What is too much is refused below, in Chinese.
    allow_extra_args = True

    def __init__(self, *args: Any, examples: Sequence[str] = (), **options: Any) -> None:
        options.setdefault("options_metavar", "[选项]")
        super().__init__(*args, **options)
        self.examples = tuple(examples)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        rest = super().parse_args(ctx, args)
        if rest and not isinstance(self, click.Group) and not ctx.resilient_parsing:
            raise UnexpectedArgumentError(rest[0], ctx)
        return rest

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = "显示这段说明。"
        return option

    def get_short_help_str(self, limit: int = 45) -> str:
        return inspect.cleandoc(self.help or "").partition("\n")[0]

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        pieces = " ".join(self.collect_usage_pieces(ctx))
        formatter.write_usage(ctx.command_path, pieces, prefix="用法：")

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        # Line by line as written: click wraps at spaces, and Chinese has none.
        formatter.write_paragraph()
        for line in inspect.cleandoc(self.help or "").splitlines():
            formatter.write(f"  {line}\n" if line else "\n")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        parameters = self.get_params(ctx)
        of_arguments = [
            (p.make_metavar(ctx), p.help) for p in parameters if isinstance(p, Argument)
        ]
        of_options = [
            found
            for p in parameters
            if isinstance(p, click.Option) and (found := p.get_help_record(ctx)) is not None
        ]
        sections: dict[str, list[tuple[str, str]]] = {"参数": of_arguments, "选项": of_options}
        for heading, rows in sections.items():
            if rows:
                with formatter.section(heading):
                    formatter.write_dl(rows)

    def format_arguments(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write nothing: newer versions of click would write the arguments under an English
        heading.
        """

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        if self.examples:
            with formatter.section("例"):
                for example in self.examples:
                    formatter.write(f"  {example}\n")


class Group(Command, click.Group):
    """A command of several commands."""

    command_class = Command
    group_class = type

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("subcommand_metavar", "命令 [参数]…")
        super().__init__(*args, **options)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_options(ctx, formatter)
        with formatter.section("命令"):
            formatter.write_dl(
                [(name, one.get_short_help_str()) for name, one in self.commands.items()]
            )

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)  # in the order in which they are used

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if self.get_command(ctx, args[0]) is None and not ctx.resilient_parsing:
            if args[0].startswith("-"):
                raise click.NoSuchOption(args[0], ctx=ctx)
            raise NoSuchCommandError(args[0], list(self.commands), ctx)
        return super().resolve_command(ctx, args)


class NoSuchCommandError(click.UsageError):
    """The refusal of an unknown command.

    Parameters
    ----------
    name : str
        The command as the user typed it.
    known : sequence of str
        The commands there are.
    """

    def __init__(self, name: str, known: Sequence[str], ctx: click.Context) -> None:
        super().__init__(name, ctx)
        self.name = name
        self.near = near(name, known, cutoff=0.6)


class UnexpectedArgumentError(click.UsageError):
    """More arguments than the command takes.

    Parameters
    ----------
    argument : str
        The first of those.
    """

    def __init__(self, argument: str, ctx: click.Context) -> None:
        super().__init__(argument, ctx)
        self.argument = argument


def refusal(error: click.UsageError) -> InputError:
    """The Chinese error for a command line that cannot be used.

    Parameters
    ----------
    error : click.UsageError
        The error that click raised.
    """
    about: dict[str, object] = {}
    match error:
        case NoSuchCommandError():
            kind, about = kinds.NO_COMMAND, {"name": error.name, "like": "、".join(error.near)}
        case click.NoSuchOption():
            like = "、".join(error.possibilities or ())
            kind, about = kinds.NO_OPTION, {"name": error.option_name, "like": like}
        case click.MissingParameter():
            kind, about = kinds.VALUE_MISSING, {"name": _named(error)}
        case UnexpectedArgumentError():
            kind, about = kinds.ONE_TOO_MANY, {"value": error.argument}
        case click.BadOptionUsage():
            kind, about = kinds.OPTION_OR_SWITCH, {"name": error.option_name}
        case UnusableValueError():
            kind, about = error.kind, {"name": _named(error), **error.about}
        case click.BadParameter():
            kind, about = kinds.BAD_VALUE, {"name": _named(error), "message": error.message}
        case _:
            kind, about = kinds.COMMAND_LINE, {"message": error.format_message()}
    path = error.ctx.command_path if error.ctx is not None else "kpi-xl"
    return InputError(kind(path=path, **about))


def _named(error: click.BadParameter) -> str:
    parameter = error.param
    if parameter is None:
        return str(error.param_hint or "")
    if isinstance(parameter, Argument):
        return f"参数“{parameter.human_readable_name}”"
    return f"选项 {parameter.opts[0]}"
