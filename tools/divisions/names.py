"""English names: pinyin of the stem and the English word for the kind of division."""

from __future__ import annotations

from pypinyin import lazy_pinyin

from divisions.sources import read_rows


class EnglishNames:
    """Names from the hand-made table where it has one, otherwise from pinyin."""

    def __init__(self) -> None:
        self.by_hand = {row["zh"]: row["english"] for row in read_rows("english_names.csv")}
        self.suffixes = read_rows("suffixes.csv")

    def is_pseudo(self, name: str) -> bool:
        return self.rank(name) == 0

    def split(self, name: str, level: str = "town") -> tuple[str, str]:
        """Return stem and suffix of a name; the suffix is empty for a development zone, farm and the like."""
        for row in self.suffixes:
            if row["level"] == level and name.endswith(row["suffix"]):
                return name.removesuffix(row["suffix"]), row["suffix"]
        return name, ""

    def rank(self, name: str) -> int:
        """Return 3 for a subdistrict, 2 for a town, 1 for a township, 0 for anything else."""
        _, suffix = self.split(name)
        return next(
            (int(r["rank"]) for r in self.suffixes if r["level"] == "town" and r["suffix"] == suffix), 0
        )

    def of(self, name: str, level: str) -> str:
        if name in self.by_hand:
            return self.by_hand[name]
        stem, suffix = self.split(name, level)
        if not suffix:
            raise ValueError(f"{name} needs an English name in english_names.csv")
        english = next(r["english"] for r in self.suffixes if r["level"] == level and r["suffix"] == suffix)
        return f"{self.by_hand.get(stem) or spell(stem)} {english}"


def spell(stem: str) -> str:
    """Return pinyin in one word, with an apostrophe where a syllable begins with a vowel."""
    syllables = lazy_pinyin(stem, v_to_u=True)
    joined = syllables[0]
    for syllable in syllables[1:]:
        joined += ("'" if syllable[0] in "aoe" else "") + syllable
    if not joined.replace("'", "").isalpha() or any(ord(c) > 0x2FF for c in joined):
        raise ValueError(f"No pinyin for {stem}: {joined}")
    return joined.capitalize()
