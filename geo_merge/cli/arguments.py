"""What is wrong in how a command was written: click's errors as sentences of ours."""

from __future__ import annotations

import re
from collections.abc import Iterable

import click

from geo_merge.vocabulary.sentence import Sentence, sentence

# What click quotes of a value that it refuses.
_REFUSED = re.compile(
    r"'(?P<quoted>.*?)' (?:is not|does not match)|(?P<bare>\S+) is not in the range"
)
_UNEXPECTED = re.compile(r"unexpected extra arguments? \((?P<found>.*)\)")


def told(error: click.ClickException) -> list[Sentence]:
    """Return what is wrong, how the command is used, and where its options are listed."""
    context = getattr(error, "ctx", None)
    if context is None:
        return [sentence("done.problem", problem=_what(error))]
    usage = " ".join([context.command_path, *context.command.collect_usage_pieces(context)])
    return [
        sentence("arguments.usage", usage=usage),
        sentence("done.problem", problem=_what(error)),
        sentence("arguments.help", command=context.command_path),
    ]


def _what(error: click.ClickException) -> Sentence:
    match error:
        case click.MissingParameter():
            what = sentence("arguments.missing", where=_where(error))
        case click.BadParameter():
            what = _refused(error)
        case click.NoSuchOption():
            what = _unknown("option", error.option_name, error.possibilities)
        case click.exceptions.NoSuchCommand():
            what = _no_command(error)
        case click.BadOptionUsage():
            none = "does not take" in error.message
            kind = "arguments.takes_none" if none else "arguments.no_value"
            what = sentence(kind, where=error.option_name)
        case _ if error.message == "Missing command.":
            what = sentence("arguments.missing", where="COMMAND")
        case _ if extra := _UNEXPECTED.search(error.message):
            what = sentence("arguments.extra", found=extra["found"])
        case _:
            what = sentence("arguments.unknown", reason=error.format_message())
    return what


def _unknown(what: str, name: str, similar: Iterable[str] | None) -> Sentence:
    if not similar:
        return sentence(f"arguments.no_{what}", **{what: name})
    return sentence(f"arguments.similar_{what}", similar=sorted(similar), **{what: name})


def _no_command(error: click.exceptions.NoSuchCommand) -> Sentence:
    if error.possibilities or error.ctx is None or not isinstance(error.ctx.command, click.Group):
        return _unknown("command", error.command_name, error.possibilities)
    known = error.ctx.command.list_commands(error.ctx)
    return sentence("arguments.no_command", command=error.command_name, known=known)


def _where(error: click.BadParameter) -> str:
    """Return the option or argument that an error is about, as it is written."""
    hint = error.param_hint
    if hint is None and error.param is not None:
        hint = error.param.get_error_hint(error.ctx)
    names = [hint] if isinstance(hint, str) else list(hint or ())
    return " / ".join(name.strip("'") for name in names)


def _refused(error: click.BadParameter) -> Sentence:
    """Return what a value should be, as its type says."""
    refused = _REFUSED.search(error.message)
    kind = error.param.type if error.param is not None else None
    if refused is None or kind is None:
        return sentence("arguments.other", where=_where(error), reason=error.message)
    about = {"where": _where(error), "found": refused["quoted"] or refused["bare"]}
    if isinstance(kind, click.Choice):
        return sentence("arguments.choice", choices=list(map(str, kind.choices)), **about)
    if isinstance(kind, click.DateTime):
        example = "2025-06-30"
        return sentence("command.day", option=about["where"], text=about["found"], example=example)
    low, high = getattr(kind, "min", None), getattr(kind, "max", None)
    if low is not None and high is not None:
        return sentence("arguments.between", low=low, high=high, **about)
    if low is not None:
        return sentence("arguments.from", low=low, **about)
    whole = isinstance(kind, click.types.IntParamType)
    return sentence("arguments.whole" if whole else "arguments.number", **about)
