"""Contrast by the formula of WCAG 2.2 (relative luminance), from the colours as tokens.css declares them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tongxin import ui

TOKENS = (Path(ui.__file__).parent / "static/ui/tokens.css").read_text(encoding="utf-8")
TEXT, GRAPHIC = 4.5, 3.0
INKS = ["ink", "ink-soft", "accent", "wrong"]
DIMENSIONS = ["guidance", "contribution", "competence", "standing", "ranks"]
PAIRS = [
    *[
        (ink, ground, TEXT)
        for ink in ("ink", "ink-soft", "accent", "wrong")
        for ground in ("ground", "surface", "sunk")
    ],
    ("accent-strong", "surface", TEXT),
    ("on-accent", "accent", TEXT),
    ("on-accent", "accent-strong", TEXT),
    ("on-wrong", "wrong", TEXT),
    ("ink", "accent-wash", TEXT),
    ("ink-soft", "accent-wash", TEXT),
    ("accent", "accent-wash", TEXT),
    ("ink", "wrong-wash", TEXT),
    ("ground", "ink", TEXT),
    ("line-strong", "surface", GRAPHIC),
    ("line-strong", "ground", GRAPHIC),
    *[(dimension, "surface", TEXT) for dimension in DIMENSIONS],
    *[(f"on-tile-{step}", f"tile-{step}", TEXT) for step in range(1, 7)],
]


def read_colours(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z0-9-]+): #([0-9a-f]{6});", block))


def colours_of(scheme: str) -> dict[str, str]:
    light, dark = TOKENS.split("@media (prefers-color-scheme: dark)")
    return read_colours(light) | (read_colours(dark) if scheme == "dark" else {})


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_formula_gives_the_published_extremes():
    assert contrast("000000", "ffffff") == pytest.approx(21)
    assert contrast("777777", "ffffff") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground", "least"), PAIRS)
def test_every_ink_stands_out_from_its_ground(scheme, ink, ground, least):
    colours = colours_of(scheme)

    assert contrast(colours[ink], colours[ground]) >= least


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_steps_of_a_tile_map_go_one_way(scheme):
    colours = colours_of(scheme)
    steps = [luminance(colours[f"tile-{step}"]) for step in range(1, 7)]

    assert steps in (sorted(steps), sorted(steps, reverse=True))
    assert len(set(steps)) == 6
