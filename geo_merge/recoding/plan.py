"""How a table will be recoded: looked at and said before any row is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from geo_merge.errors import TableError
from geo_merge.reading.table_stream import Table, columns_of, first_rows
from geo_merge.recoding.columns import Columns, parse_columns, recognise
from geo_merge.recoding.decisions import Decisions, as_decisions
from geo_merge.recoding.figures import on_words
from geo_merge.recoding.matching import Matcher
from geo_merge.recoding.origin import Known
from geo_merge.recoding.reform import Reform
from geo_merge.recoding.sample import Sample
from geo_merge.recoding.vintage import Vintage, check_codes, of_codes, of_texts
from geo_merge.vocabulary.fields import free_name
from geo_merge.vocabulary.places import Places, Side
from geo_merge.vocabulary.sentence import Sentence, sentence

SAMPLED = 20_000  # rows in which a table is looked at
_LOOKED_UP = 300  # different texts of which one at least must name a unit
_TEXTS_OF = {Side.OLD: "recoding.vintage_texts_old", Side.NEW: "recoding.vintage_texts_new"}


@dataclass(frozen=True)
class Plan:
    """How a table will be recoded, known before any row is.

    Attributes
    ----------
    table
        The rows.
    sample
        The first of them, column by column.
    columns
        What they hold.
    told
        Sentences on what was recognised.
    notes
        Sentences on the crosswalk, and on how the table was read.
    vintages
        How the codes of each column with codes fit both sides.
    decisions
        What a person decided before.
    points, villages
        Whether points and villages may settle rows.
    """

    table: Table
    sample: Sample
    columns: Columns
    reform: Reform
    places: Places
    target: Side
    matcher: Matcher
    told: tuple[str, ...]
    notes: tuple[str, ...]
    vintages: tuple[Vintage, ...]
    decisions: Decisions
    points: bool = False
    villages: bool = False

    @property
    def hints(self) -> list[str]:
        """What is to be known before rows are recoded, besides what the columns hold."""
        return [*self.notes, *(told for told in self.told if isinstance(told, Sentence))]

    @property
    def made(self) -> list[list[str]]:
        """The headings that recoding adds, for each column of codes."""
        several = len(self.columns.codes) > 1
        taken, found = list(self.columns.headings), []
        for k in range(max(len(self.columns.codes), 1)):
            before = f"{self.columns.headings[self.columns.codes[k]]}_" if several else ""
            group = []
            for name in (f"{self.target}_code", f"{self.target}_name", f"{self.target}_type",
                         "how", "share"):  # fmt: skip
                group.append(free_name(f"{before}{name}", taken))
                taken.append(group[-1])
            found.append(group)
        return found


def plan(
    table: Table,
    known: Known,
    target: Side,
    *,
    columns: Sequence[str] = (),
    vintage: Side | None = None,
    decided: pd.DataFrame | None = None,
) -> Plan:
    """Look at a table: what its columns hold, and of which side its units are.

    Parameters
    ----------
    table
        The rows.
    known
        The units, how their names are understood, and their polygons if there are any.
    target
        The side to which rows go.
    columns
        Roles of columns as a person gave them: ``ROLE=COLUMN``.
    vintage
        The side of the table, if a person said so; then its codes are not held against it.
    decided
        Decisions of an earlier run, if there are any; see `decisions.as_decisions`.

    Raises
    ------
    TableError
        If the table names no units, or those of the wrong side or of another place.
    """
    reform, places, at_point = known.reform, known.places, known.at_point(target)
    numbers, rows = first_rows(table, SAMPLED)
    sample = Sample(table.name, table.headings, numbers, columns_of(rows, len(table.headings)))
    found = recognise(sample, reform, places, target, parse_columns(columns, sample))
    told, vintages = list(_roles(found, sample)), []
    told += on_words(sample, found.figures, {*found.named, *found.labels})
    if vintage is target:
        kind = "recoding.said_new" if target is Side.NEW else "recoding.said_old"
        raise TableError(sentence(kind, file=table.name))
    for at in found.codes:
        fits = of_codes(sample, found, at, reform, places)
        told.append(fits.told)
        vintages.append(fits)
        if vintage is None:
            told += filter(None, [check_codes(fits, table.name, target, reform)])
            _check_names(sample, at, found.name, reform, places=places, target=target)
    spoken = vintage
    text = found.address if found.address is not None else found.name
    if spoken is None and not found.codes and text is not None:
        _check_texts(sample, text, places, reform)
        spoken = of_texts(sample.cells[text], places)
        told += [sentence(_TEXTS_OF[spoken], file=table.name)] if spoken else []
    use_points = at_point is not None and found.lon is not None and found.lat is not None
    matcher = Matcher(reform, places, target, vintage=spoken, at_point=at_point)
    decisions = [] if decided is None else as_decisions(decided, reform, target)
    villages = found.village is not None and target is Side.NEW and bool(reform.divided())
    told += _on_villages(found, reform) if villages else ()
    return Plan(table, sample, found, reform, places, target, matcher, tuple(told),
                (*known.notes, *(f.message for f in table.findings)), tuple(vintages),
                Decisions(decisions), use_points, villages)  # fmt: skip


def _on_villages(columns: Columns, reform: Reform) -> Iterator[str]:
    """Say that a column of villages cannot settle divided units."""
    if columns.village is not None and not reform.villages:
        yield sentence("recoding.no_villages", column=columns.headings[columns.village],
                       crosswalk=reform.source)  # fmt: skip


def _roles(columns: Columns, sample: Sample) -> Iterator[str]:
    """Yield what was recognised."""
    roles: dict[str, Iterable[int | None]] = {
        "recoding.role_codes": columns.codes, "recoding.role_name": [columns.name],
        "recoding.role_type": [columns.unit_type], "recoding.role_parents": columns.parents,
        "recoding.role_address": [columns.address],
        "recoding.role_position": [columns.lon, columns.lat],
        "recoding.role_hint": [columns.hint], "recoding.role_figures": columns.figures,
        "recoding.role_labels": columns.labels, "recoding.role_villages": [columns.village],
    }  # fmt: skip
    said = [
        sentence(role, columns=[sample.headings[at] for at in its if at is not None])
        for role, its in roles.items()
        if any(at is not None for at in its)
    ]
    yield sentence("recoding.recognised", file=sample.source, roles=said)


def _check_names(
    sample: Sample, at: int, name_at: int | None, reform: Reform, *, places: Places, target: Side
) -> None:
    """Refuse a table none of whose names is that of the unit with its code: another place."""
    if name_at is None:
        return
    pairs = {
        (c, n) for c, n in zip(sample.cells[at], sample.cells[name_at], strict=True) if c and n
    }
    known = [
        (key, n) for c, n in pairs if (key := reform.find(target.other, c.strip())) is not None
    ]
    if len(known) > 2 and not any(places.agrees(n, "", target.other, key) for key, n in known):  # noqa: PLR2004
        key, name = known[0]
        raise TableError(
            sentence(
                "recoding.other_names",
                file=sample.source,
                n=len(known),
                name=name,
                column=sample.headings[name_at],
                crosswalk=reform.source,
                unit=str(reform.units[target.other][key]),
            )
        )


def _check_texts(sample: Sample, at: int, places: Places, reform: Reform) -> None:
    """Refuse names or addresses none of which is that of a unit: another place."""
    distinct = list(dict.fromkeys(filter(str.strip, sample.cells[at])))[:_LOOKED_UP]
    if len(distinct) > 2 and not any(map(places.addressed, distinct)):  # noqa: PLR2004
        raise TableError(
            sentence(
                "recoding.other_texts",
                file=sample.source,
                n=len(distinct),
                column=sample.headings[at],
                name=distinct[0][:60],
                crosswalk=reform.source,
            )
        )
