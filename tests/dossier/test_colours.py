"""Pictures with few colours: what is one colour keeps it, and the paper stays white."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageDraw

from geo_merge.dossier.colours import with_few_colours

AREAS = [(199, 233, 180), (244, 109, 67), (254, 224, 210), (69, 117, 180), (33, 33, 33)]


def _map_of(areas: list[tuple[int, int, int]]) -> Image.Image:
    """Draw areas as discs with smooth edges on white paper, as a map has them."""
    large = Image.new("RGB", (1600, 400), "white")
    draw = ImageDraw.Draw(large)
    for k, colour in enumerate(areas):
        draw.ellipse((40 + 300 * k, 60, 320 + 300 * k, 340), fill=colour, outline="black", width=6)
    return large.resize((800, 200), Image.Resampling.LANCZOS)


def _png(picture: Image.Image) -> bytes:
    made = io.BytesIO()
    picture.save(made, "PNG")
    return made.getvalue()


def test_areas_and_paper_keep_their_colours() -> None:
    drawn = _map_of(AREAS)
    few = Image.open(io.BytesIO(with_few_colours(_png(drawn))))
    before, after = np.asarray(drawn).astype(int), np.asarray(few.convert("RGB")).astype(int)
    assert few.mode == "P"
    assert few.size == drawn.size
    for colour in [*AREAS, (255, 255, 255)]:
        there = (before == colour).all(axis=2)
        assert there.any()
        assert (after[there] == colour).all()
    assert np.abs(after - before).max() < 24  # edges between two colours stay smooth


def test_a_map_of_many_tones_takes_half_of_the_room() -> None:
    rng = np.random.default_rng(7)
    tones = [tuple(map(int, rgb)) for rgb in rng.integers(60, 256, (5, 3))]
    noisy = np.asarray(_map_of(tones)).astype(int)
    noisy = np.clip(noisy + rng.integers(-2, 3, noisy.shape), 0, 255).astype(np.uint8)
    whole = _png(Image.fromarray(noisy))
    assert len(with_few_colours(whole)) < len(whole) / 2


def test_the_same_picture_gives_the_same_bytes() -> None:
    whole = _png(_map_of(AREAS))
    assert with_few_colours(whole) == with_few_colours(whole)


def test_an_area_among_more_colours_than_maps_have_keeps_its_own() -> None:
    reds, greens = np.meshgrid(np.arange(256), np.arange(256))
    tones = np.dstack([reds, greens, np.full_like(reds, 77)]).astype(np.uint8)  # 65,536 colours
    whole = np.vstack([tones, np.full((20, 256, 3), AREAS[0], dtype=np.uint8)])
    few = Image.open(io.BytesIO(with_few_colours(_png(Image.fromarray(whole)))))
    assert (np.asarray(few.convert("RGB"))[-20:] == AREAS[0]).all()
