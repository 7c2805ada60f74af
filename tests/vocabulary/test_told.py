"""The law of sentences: what reaches a planner is a sentence of a kind, not English in the code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from geo_merge import errors
from geo_merge.texts import TEXTS

STEP_NAMES = {key.removeprefix("step.") for key in TEXTS if key.startswith("step.")}
PACKAGE = Path(__file__).parents[2] / "geo_merge"
ERRORS = {name for name in vars(errors) if name.endswith("Error")}
# Lists that end in an error or a finding, or as lines on a terminal.
COLLECTED = re.compile(r"problems|findings|notes|broken|failed|lines")
# What prints; what tells the step at work, whose names are texts of both languages.
PRINTED = {"print", "say", "answer", "complain", "echo", "secho", "say_notes", "say_problems"}
STEPS = {"say", "tell", "progress"}


def _texts(node: ast.AST, least: int = 2) -> Iterator[ast.expr]:
    """Yield the texts with words in an expression, but for those that are values of a sentence."""
    # Values of a sentence, and what is looked for in a text, are not told.
    if isinstance(node, ast.Compare) or (
        isinstance(node, ast.Call) and _name(node.func) in {"sentence", "Sentence", "wrong_in"}
    ):
        return
    if isinstance(node, ast.JoinedStr | ast.Constant) and _has_words(node, least):
        yield node
    for child in ast.iter_child_nodes(node):
        yield from _texts(child, least)


def _has_words(node: ast.JoinedStr | ast.Constant, least: int) -> bool:
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    text = "#".join(p.value if isinstance(p, ast.Constant) and isinstance(p.value, str) else ""
                    for p in parts)  # fmt: skip
    return len(re.findall(r"[A-Za-z]{2,}", text)) >= least and " " in text.strip()


def _name(node: ast.expr) -> str:
    return str(getattr(node, "id", getattr(node, "attr", "")))


def _is_unnamed_step(node: ast.Call) -> bool:
    """Tell whether a call names the step at work by words that are no text of both languages."""
    if _name(node.func) not in STEPS or len(node.args) != 1:
        return False
    (text,) = node.args
    step = text.value if isinstance(text, ast.Constant) else ""
    return bool(re.fullmatch(r"[A-Z][a-z ]+", str(step))) and step not in STEP_NAMES


def _is_named_step(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value in STEP_NAMES


def _handed_on(node: ast.AST) -> list[ast.AST]:
    if isinstance(node, ast.Return | ast.Yield | ast.YieldFrom):
        return [] if node.value is None else [node.value]
    return []


def _kept(tree: ast.AST, said: list[ast.AST]) -> list[ast.expr]:
    """Return what the names that stand in an error are given, wherever in a module."""
    names = {name for node in said for name in _names(node)}
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and _name(node.targets[0]) in names
    ]


def _names(node: ast.AST) -> Iterator[str]:
    """Yield the names in an expression, but for those of values of a sentence."""
    if isinstance(node, ast.Name):
        yield node.id
    if not (isinstance(node, ast.Call) and _name(node.func) == "sentence"):
        for child in ast.iter_child_nodes(node):
            yield from _names(child)


def told_in_code(source: str) -> list[int]:
    """Return the lines of a module on which an error or a finding is told in words of the code."""
    found: list[int] = []
    tree = ast.parse(source)
    for node in ast.walk(tree):
        least = 2
        if isinstance(node, ast.Call) and _name(node.func) in ERRORS:
            said: list[ast.AST] = [*node.args, *node.keywords]
            said += _kept(tree, said)
        elif isinstance(node, ast.Call) and _name(node.func) == "Finding":
            said = [*node.args, *node.keywords]
        elif isinstance(node, ast.Call) and _is_unnamed_step(node):
            found.append(node.lineno)
            continue
        elif isinstance(node, ast.Call) and _name(node.func) in PRINTED:
            said, least = [a for a in node.args if not _is_named_step(a)], 1
        elif isinstance(node, ast.FunctionDef) and node.name.endswith("lines"):
            said = [value for part in ast.walk(node) for value in _handed_on(part)]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and (
            node.func.attr in {"append", "extend"} and COLLECTED.search(_name(node.func.value))
        ):  # fmt: skip
            said = [*node.args]
        elif isinstance(node, ast.Assign | ast.AugAssign) and COLLECTED.search(
            ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target)
        ):
            said = [node.value] if isinstance(node.value, ast.List | ast.ListComp) else []
        else:
            continue
        found += [text.lineno for part in said for text in _texts(part, least)]
    return sorted(set(found))


ROOMS = sorted(p.name for p in PACKAGE.iterdir() if p.is_dir() and (p / "__init__.py").is_file())


@pytest.mark.parametrize("room", ROOMS)
def test_no_error_and_no_finding_is_told_in_words_of_the_code(room: str) -> None:
    told = {
        str(path.relative_to(PACKAGE)): lines
        for path in sorted((PACKAGE / room).rglob("*.py"))
        if (lines := told_in_code(path.read_text("utf-8")))
    }
    assert told == {}, "make a row of it in vocabulary/sentences, and say sentence(...)"


def test_english_that_is_printed_is_found() -> None:
    told = told_in_code("""
say(f"Wrote {path}")
answer("a line", sentence("done.wrote", path="two words"), f"{name}: {figure:,.2f}")
complain(f"{n} errors: nothing was written.")
tell("Writing")
tell("Doing something else")
def summary_lines(figures):
    yield f"{figures} units in all"
lines.append(f"the law of {day}")
print_json({"two words": 1})
""")
    assert told == [2, 3, 4, 6, 8, 9]


def test_english_in_the_code_is_found() -> None:
    told = told_in_code("""
raise LayerError(f"{name} is empty; copy it again.")
raise errors.TableError(["a row is wrong"])
problems.append("no such row")
problems = [f"row {k} is wrong" for k in rows]
Finding(check="C01", message="two words", hint="")
refused = f"{n} rows are left"
raise UsageError([refused, *others])
""")
    assert told == [2, 3, 4, 5, 6, 7]


def test_a_sentence_of_a_kind_is_none_of_it() -> None:
    assert (
        told_in_code("""
raise LayerError(sentence("F01.empty", file="two words"))
problems.append(sentence("M05.no_id", source=source, row=str(row)))
raise ValueError("for programmers alone")
Finding(check="C01", message=told, hint="", unit_of_value="m²")
""")
        == []
    )
