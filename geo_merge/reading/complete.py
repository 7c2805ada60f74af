"""Files that say themselves that they are a part: pages of services, and answers with a limit.

The members are those of ArcGIS (``exceededTransferLimit``), WFS 2.0 and OGC API - Features
(``numberMatched``, ``numberReturned``, links to a next page: OGC 17-069r4, 7.15), GeoServer
(``totalFeatures``), and what other services call the same (``totalCount``, ``hasMore``; ``count``
and ``total`` where they stand beside words for pages, for they may count anything). No next page is
ever asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from geo_merge.errors import LayerError
from geo_merge.vocabulary.sentence import sentence

_TOTALS = ("numberMatched", "totalFeatures", "totalResults", "numberOfFeatures", "totalCount",
           "total_count", "numFound", "matched")  # fmt: skip
_COUNTS = ("count", "total")
_PAGES = ("next", "prev", "previous")
# Words beside which a count is that of all features: of Django's pages, of STAC, of others.
_OF_PAGES = (*_PAGES, "returned", "numReturned", "numberReturned", "limit", "offset", "page",
             "pages", "pageSize", "page_size", "per_page", "perPage")  # fmt: skip
_MORE = ("exceededTransferLimit", "hasMore", "has_more", "hasNext", "has_next", "truncated")
_WITHIN = ("properties", "metadata", "meta", "context", "pagination", "paging")


def refuse_part(source: str, about: Mapping[str, Any], features: int) -> None:
    """Refuse a collection that says that it holds but a part of its features.

    Parameters
    ----------
    source
        File name.
    about
        The members of the collection beside its features.
    features
        How many features it holds.

    Raises
    ------
    LayerError
        F03, with what the file says.
    """
    said = dict(about)
    for name in _WITHIN:
        inner = about.get(name)
        said = {**inner, **said} if isinstance(inner, Mapping) else said
    why = next(_reasons(said, features), None)
    if why is not None:
        raise LayerError(sentence("F03.part", source=source, why=why))


def failure(said: Mapping[str, Any]) -> str:
    """Return what an answer says of a failure of its service; empty if it says none."""
    error = said.get("error") or said.get("errors")
    if isinstance(error, list):
        error = error[0]
    if isinstance(error, Mapping):
        error = error.get("message") or error.get("code")
    told = error or said.get("message") or said.get("detail")
    return str(told) if isinstance(told, str | int) and not isinstance(told, bool) else ""


def _reasons(said: Mapping[str, Any], features: int) -> Iterator[str]:
    error = said.get("error")
    if isinstance(error, Mapping) and {"code", "message"} & error.keys():
        yield sentence("F03.error", said=str(error.get("message") or error.get("code")))
    for name in _MORE:
        if str(said.get(name)).lower() == "true":
            yield sentence("F03.exceeded", name=name, features=features)
    counted = _COUNTS if any(name in said for name in _OF_PAGES) else ()
    totals = {name: _count(said.get(name)) for name in (*_TOTALS, *counted)}
    for name, total in totals.items():
        if total is not None and total > features:
            yield sentence("F03.of_total", features=features, total=total, name=name)
    returned = _count(said.get("numberReturned"))
    if returned is not None and returned != features:
        yield sentence("F03.returned", features=features, returned=returned)
    if features not in totals.values():  # some services link on from the last page, too
        for page in _pages(said):
            yield sentence("F03.next_page", page=page)


def _count(value: Any) -> int | None:  # noqa: ANN401 - whatever JSON knows
    return int(value) if isinstance(value, int | str) and str(value).isdecimal() else None


def _pages(said: Mapping[str, Any]) -> Iterator[str]:
    links = [said, *(said.get(name) for name in ("links", "_links", "paging", "pagination"))]
    for link in links:
        if isinstance(link, Mapping):
            yield from (page for page in _PAGES if link.get(page))
        elif isinstance(link, list):
            rels = {str(one.get("rel")).lower() for one in link if isinstance(one, Mapping)}
            yield from (page for page in _PAGES if page in rels)
