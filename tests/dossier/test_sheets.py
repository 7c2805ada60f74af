"""Maps on paper: scale, degrees, and names that never stand over each other."""

from __future__ import annotations

import re

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_merge.dossier.sheets.labels import Wish, place, two_lines
from geo_merge.dossier.sheets.margin import Sign, degrees_text, legend
from geo_merge.dossier.sheets.svg import text_width
from geo_merge.dossier.sheets.window import Box, Window, round_scale

FRAME = Box(0, 0, 100, 60)


def test_metres_become_millimetres_of_the_scale() -> None:
    window = Window(FRAME, (1000.0, 2000.0), 25_000)
    on_paper = window.on_paper(np.array([[1000.0, 2000.0], [2000.0, 2500.0]]))
    assert on_paper.tolist() == [[50, 30], [90, 10]]  # 1 km is 40 mm, north is up


@pytest.mark.parametrize(
    ("width", "scale"), [(1000, 15_000), (950, 10_000), (2400, 25_000), (70_000, 800_000)]
)
def test_the_scale_is_the_largest_round_one_that_fits(width: float, scale: float) -> None:
    assert round_scale((0, 0, width, 1), FRAME) == scale


def test_degrees_have_their_side_in_both_languages() -> None:
    assert degrees_text(106.5, "vi", vertical=True) == "106°30′Đ"
    assert degrees_text(21 + 1 / 12, "vi", vertical=False) == "21°05′B"
    assert degrees_text(-33.25, "en", vertical=False) == "33°15′S"


@pytest.mark.parametrize("count", [1, 3, 4, 7, 8])
def test_a_legend_shows_every_sign_within_its_width(count: int) -> None:
    signs = [Sign("area", "#fff", f"{k} đơn vị ngoài phạm vi sắp xếp") for k in range(count)]
    svg = "".join(legend(62.0, 0.0, signs, 77.0 if count <= 4 else 120.0))
    places = re.findall(r'<text x="([\d.]+)" y="([\d.]+)"[^>]*>(\d) ', svg)
    assert sorted(int(k) for _, _, k in places) == list(range(count))
    assert len({(x, y) for x, y, _ in places}) == count
    right = max(float(x) for x, _, _ in places) + text_width(signs[0].meaning, 2.5)
    assert right <= 62 + (77 if count <= 4 else 120)
    assert max(float(y) for _, y, _ in places) < 14


def test_a_name_stands_in_its_unit_or_a_line_leads_to_it() -> None:
    wide, narrow = shapely.box(10, 10, 60, 40), shapely.box(70, 20, 71, 30)
    wishes = [Wish(wide, two_lines("Bắc Giang", 2.5)), Wish(narrow, two_lines("Đa Mai", 2.5))]
    (inside, led), missed = place(wishes, FRAME)
    assert (inside.lines, inside.leads_to, missed) == (("Bắc Giang",), None, [])
    assert led.leads_to is not None
    assert narrow.covers(shapely.Point(led.leads_to))


def test_names_of_a_higher_rank_wait_also_for_those_that_a_line_leads_to() -> None:
    frame, narrow, wide = Box(0, 0, 100, 4), shapely.box(0, 0, 1, 4), shapely.box(1, 0, 100, 4)
    own = Wish(narrow, two_lines("Đa", 2.5), beside=narrow)
    long = "Tên " * 17
    for rank, placed in ((0, 1), (1, 0)):
        (label,), missed = place(
            [own, Wish(wide, ((((long,), 2.5)),), led=False, rank=rank)], frame
        )
        assert (label.of, missed) == (placed, [1 - placed])


def test_a_name_may_be_led_out_of_the_land_across_others() -> None:
    land, narrow = shapely.box(0, 0, 60, 60), shapely.box(40, 20, 41, 30)
    wish = Wish(narrow, two_lines("Đa Mai", 2.5), beside=land)
    (label,), _ = place([wish], FRAME)
    assert label.middle[0] > 62
    assert label.leads_to is not None
    assert narrow.covers(shapely.Point(label.leads_to))


def test_what_finds_no_place_is_told() -> None:
    full = Box(0, 0, 100, 60)
    assert place([Wish(shapely.box(1, 1, 9, 9), two_lines("A", 2))], FRAME, [full]) == ([], [0])


@settings(max_examples=25)
@given(
    st.lists(
        st.tuples(st.floats(0, 95), st.floats(0, 55), st.floats(0.5, 40), st.floats(0.5, 40)),
        min_size=1, max_size=25,
    )
)  # fmt: skip
def test_no_name_stands_over_another_or_leaves_the_frame(
    boxes: list[tuple[float, float, float, float]],
) -> None:
    shapes = [shapely.box(x, y, min(x + w, 100), min(y + h, 60)) for x, y, w, h in boxes]
    wishes = [Wish(s, two_lines(f"Xã {k} Tên", 2)) for k, s in enumerate(shapes)]
    labels, missed = place(wishes, FRAME)
    assert len(labels) + len(missed) == len(wishes)
    drawn = []
    for label in labels:
        width = max(text_width(t, label.size) for t in label.lines)
        height, (x, y) = len(label.lines) * label.size, label.middle
        drawn.append(shapely.box(x - width / 2, y - height / 2, x + width / 2, y + height / 2))
    assert all(shapely.box(0, 0, 100, 60).covers(d) for d in drawn)
    lines = [shapely.LineString([a.leads_to, a.middle]) for a in labels if a.leads_to]
    for k, one in enumerate(drawn):
        assert not any(one.intersects(other) for other in drawn[k + 1 :])
    owners = [k for k, a in enumerate(labels) if a.leads_to]
    for line, owner in zip(lines, owners, strict=True):
        outside = line.difference(drawn[owner])
        assert not any(outside.intersects(d) for k, d in enumerate(drawn) if k != owner)
