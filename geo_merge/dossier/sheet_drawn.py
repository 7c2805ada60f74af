"""The sheet of a result that is in memory: work that a page gives to a worker."""

from __future__ import annotations

from geo_merge.dossier.content import Figure
from geo_merge.dossier.material import Outside
from geo_merge.dossier.sheets.atlas import Atlas
from geo_merge.dossier.sheets.view import View, sheet_of
from geo_merge.maps.told import sources
from geo_merge.merging.result import MergeResult
from geo_merge.system.progress import Progress
from geo_merge.texts import Language, say
from geo_merge.vocabulary.shown import shown


def sheet_drawn(
    result: MergeResult, outside: Outside | None, view: View, tell: Progress, *,
    spoken: Language, day: str,
) -> Figure:  # fmt: skip
    """Draw a sheet in a language, which bears a day, and tell of it."""
    tell("Drawing")
    units, more = (None, []) if outside is None else (outside.units, outside.sources)
    read = dict.fromkeys([*sources(result), *(str(each["source"]) for each in more)])
    source = say("dossier.map_source", spoken, files=shown(", ".join(read) or "–"))
    atlas = Atlas(result, spoken, day, source, {}, outside=units)
    figure, _ = sheet_of(atlas, view)
    return figure
