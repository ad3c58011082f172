"""Questions on the terminal."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from kpi_xl import kinds
from kpi_xl.cli.terminal import visible
from kpi_xl.errors import InputError

_YES = ("y", "yes", "是", "1")
_NO = ("n", "no", "否", "不是", "0")


def choose(question: str, choices: Sequence[str], otherwise: str) -> int | None:
    """Ask for one of several choices.

    Parameters
    ----------
    question : str
        The question, in Chinese.
    choices : sequence of str
        What can be chosen, numbered from 1.
    otherwise : str
        What the answer without a number means.

    Returns
    -------
    int or None
        The place of the choice; None for none of them.
    """
    click.echo(visible(question))
    for number, choice in enumerate(choices, 1):
        click.echo(visible(f"  {number}  {choice}"))
    while True:
        answer = _answer(f"写数字；直接回车：{otherwise}")
        if not answer:
            return None
        if answer.isdecimal() and 1 <= int(answer) <= len(choices):
            return int(answer) - 1
        click.echo(visible(f"请写 1 到 {len(choices)}，或直接回车"))


def confirm(question: str) -> bool:
    """Ask for yes or no; an empty answer is asked again."""
    while True:
        answer = _answer(f"{question}（写 是 或 否）").lower()
        if answer in _YES or answer in _NO:
            return answer in _YES
        click.echo("请写 是 或 否，也可以写 y 或 n")


def _answer(question: str) -> str:
    try:
        answer: str = click.prompt(
            visible(question), default="", show_default=False, prompt_suffix="："
        )
    except click.Abort as error:
        if sys.stdin.isatty():
            raise
        raise InputError(kinds.NOBODY_ANSWERS()) from error
    return answer.strip()
