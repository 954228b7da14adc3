"""People of whom some are registered twice, and others only look like it; who is who is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from tongxin.codes.identity_numbers import identity_check_character
from tongxin.demo.people import imagine_people

DUPLICATES = 0.02
"""How many of the entries are second ones."""
KINDS: dict[str, float] = {
    "old number": 0.14,  # the same person by the 15 digits of an old card
    "other document": 0.20,
    "homophone": 0.14,
    "wrong character": 0.08,
    "day and month": 0.08,
    "wrong birth digit": 0.06,
    "new phone": 0.12,
    "mistyped number": 0.10,
    "traditional": 0.05,
    "no phone, homophone": 0.03,
}
"""How a second entry differs from the first; all but the first two differ in the document besides."""
LOOKALIKES = {
    "twin": 0.004,
    "namesake": 0.002,
    "namesake with passport": 0.0002,
    "spouse": 0.06,
    "office": 0.01,
}
"""How many of the entries only look like another, each a person of their own."""
HOMOPHONES = (
    "伟维玮炜", "强蔷", "军君俊", "勇永咏", "杰洁捷", "涛滔", "明铭鸣", "平萍苹", "辉晖慧惠", "华桦",
    "飞非菲",
    "斌彬宾滨", "宇雨语羽", "浩昊皓", "峰锋丰枫", "建健剑", "国果", "志智治", "文雯纹", "林琳霖", "亮靓",
    "静敬靖",
    "丽莉立", "艳燕雁", "娟鹃", "霞侠遐", "婷庭", "玲灵凌", "红宏虹鸿", "芳方", "秀绣", "兰岚", "英瑛颖",
    "晓小",
    "欣心馨", "怡仪", "瑶遥", "诗施", "晨辰尘", "嘉佳家", "梅玫", "云芸", "思丝", "子紫", "龙隆", "祥翔",
    "张章", "徐许", "余俞", "蒋江", "陆卢",
)  # fmt: skip
TRADITIONAL = str.maketrans(
    "张陈刘杨黄吴郑孙赵叶许钱马罗谢韩冯邓卢陆汪应倪庆伟强军杰涛刚鹏华飞国东龙丽艳静红兰凤莹云晓嘉泽铭诗",
    "張陳劉楊黃吳鄭孫趙葉許錢馬羅謝韓馮鄧盧陸汪應倪慶偉強軍傑濤剛鵬華飛國東龍麗豔靜紅蘭鳳瑩雲曉嘉澤銘詩",
)

Row = dict[str, Any]


@dataclass(frozen=True)
class Truth:
    """The entries, and which pairs of them are one person, with the kind of each."""

    people: pl.DataFrame
    pairs: pl.DataFrame
    lookalikes: pl.DataFrame


def imagine_registry(n: int, *, seed: int) -> Truth:
    """Return `n` entries in a random order."""
    rng = np.random.default_rng(seed)
    n_second = int(n * DUPLICATES)
    alike = {kind: int(n * share) for kind, share in LOOKALIKES.items()}
    first = _people(rng, n - n_second - sum(alike.values()))
    drawn = rng.choice(first.height, n_second, replace=False)
    kinds = rng.choice(list(KINDS), n_second, p=np.array(list(KINDS.values())) / sum(KINDS.values()))
    parts = [first.with_columns(of=pl.lit(None, pl.Int64), kind=pl.lit(None, pl.String))]
    parts.append(_second_entries(rng, first[drawn], kinds, drawn))
    for kind, count in alike.items():
        parts.append(_lookalikes(rng, first, kind, count))
    entries = pl.concat(parts, how="vertical_relaxed")
    # No two entries have the same number: that they are one person is known when the second is sent.
    alone = pl.col("document_number").is_first_distinct()
    return _shuffled(rng, entries.with_row_index("place"), entries.select(alone).to_series())


def _people(rng: np.random.Generator, n: int) -> pl.DataFrame:
    made = imagine_people(rng, np.full(n, 0.42))
    return pl.DataFrame(
        {
            "name": pl.Series(made.name.tolist()),
            "sex": pl.Series(made.sex.tolist()),
            "born_on": made.born_on.astype("datetime64[D]"),
            "phone": pl.Series([each or None for each in made.phone.tolist()], dtype=pl.String),
            "document_number": pl.Series(made.document_number.tolist()),
        }
    )


def _shuffled(rng: np.random.Generator, people: pl.DataFrame, is_kept: pl.Series) -> Truth:
    """Give the entries identifiers in a random order; `of` is the place of another entry until then."""
    ids = pl.DataFrame({"of": people["place"].cast(pl.Int64), "other": rng.permutation(people.height) + 1})
    people = people.with_columns(id=ids["other"]).filter(is_kept)
    people = people.join(ids, on="of", how="left").with_columns(of="other").drop("other", "place")
    related = people.filter(pl.col("of").is_not_null()).select(
        left=pl.min_horizontal("id", "of"), right=pl.max_horizontal("id", "of"), kind="kind"
    )
    is_true = related["kind"].is_in(list(KINDS))
    return Truth(people.drop("of", "kind").sort("id"), related.filter(is_true), related.filter(~is_true))


def _second_entries(
    rng: np.random.Generator, first: pl.DataFrame, kinds: np.ndarray, of: np.ndarray
) -> pl.DataFrame:
    rows = []
    for place, (row, kind) in enumerate(zip(first.iter_rows(named=True), kinds.tolist(), strict=True)):
        rows.append({**row, **_second(rng, row, kind, place), "of": int(of[place]), "kind": kind})
    return pl.DataFrame(rows, schema_overrides={"born_on": pl.Date, "of": pl.Int64}, infer_schema_length=None)


def _second(rng: np.random.Generator, row: Row, kind: str, place: int) -> Row:
    """Return what differs in the second entry."""
    number, passport = row["document_number"], f"G{place:08}"
    is_resident = len(number) == 18
    born_on = row["born_on"]
    if kind == "old number":
        old = is_resident and number[6:8] == "19"
        return {"document_number": number[:6] + number[8:17] if old else passport}
    if kind == "mistyped number":
        return {"document_number": _mistyped(rng, number) if is_resident else passport}
    changed: Row = {"document_number": passport}
    if kind in {"homophone", "no phone, homophone"}:
        changed["name"] = _homophone(rng, row["name"])
    if kind == "wrong character":
        changed["name"] = row["name"][:-1] + str(rng.choice(list("某奇田皿甲丙戊")))
    if kind == "day and month" and born_on.day <= 12:
        changed["born_on"] = born_on.replace(day=born_on.month, month=born_on.day)
    if kind == "wrong birth digit":
        changed["born_on"] = born_on.replace(
            year=born_on.year + int(rng.choice([-1, 1, 10])), day=min(born_on.day, 28)
        )
    if kind == "new phone":
        changed["phone"] = f"1449{rng.integers(10**7):07d}"
    if kind == "no phone, homophone":
        changed["phone"] = None
    if kind == "traditional":
        changed["name"] = row["name"].translate(TRADITIONAL)
    return changed


def _homophone(rng: np.random.Generator, name: str) -> str:
    for place in rng.permutation(len(name)):
        for group in HOMOPHONES:
            if name[place] in group:
                other = str(rng.choice([each for each in group if each != name[place]]))
                return f"{name[:place]}{other}{name[place + 1 :]}"
    return name


def _mistyped(rng: np.random.Generator, number: str) -> str:
    """Spoil one digit or exchange two: its check being wrong, the number is kept as another document's."""
    at = int(rng.integers(17))
    if rng.random() < 0.5 and at < 16 and number[at] != number[at + 1]:
        return number[:at] + number[at + 1] + number[at] + number[at + 2 :]
    return f"{number[:at]}{(int(number[at]) + int(rng.integers(1, 10))) % 10}{number[at + 1 :]}"


def _lookalikes(rng: np.random.Generator, first: pl.DataFrame, kind: str, n: int) -> pl.DataFrame:
    drawn = rng.choice(first.height, n, replace=False)
    rows = []
    others = _people(rng, n)
    for place, (row, other) in enumerate(
        zip(first[drawn].iter_rows(named=True), others.iter_rows(named=True), strict=True)
    ):
        rows.append({**other, **_like(rng, row, other, kind, place), "of": int(drawn[place]), "kind": kind})
    return pl.DataFrame(rows, schema_overrides={"born_on": pl.Date, "of": pl.Int64}, infer_schema_length=None)


def _like(rng: np.random.Generator, row: Row, other: Row, kind: str, place: int) -> Row:
    """Return what the other person has in common with the first."""
    if kind == "twin":
        number = row["document_number"]
        sibling = {"born_on": row["born_on"], "name": row["name"][:-1] + other["name"][-1], "sex": row["sex"]}
        sibling["phone"] = row["phone"] if rng.random() < 0.3 else other["phone"]
        if len(number) == 18:
            body = f"{number[:14]}{(int(number[14:17]) + 2) % 1000:03}"
            sibling["document_number"] = body + identity_check_character(body)
        return sibling
    if kind.startswith("namesake"):
        same = {"name": row["name"], "born_on": row["born_on"], "sex": row["sex"]}
        body = f"{other['document_number'][:6]}{row['born_on']:%Y%m%d}{other['document_number'][14:17]}"
        is_resident = kind == "namesake" and len(other["document_number"]) == 18
        return {
            **same,
            "document_number": body + identity_check_character(body) if is_resident else f"P{place:08}",
        }
    if kind == "spouse":
        return {"phone": row["phone"], "sex": "female" if row["sex"] == "male" else "male"}
    return {"phone": f"0571{8_000_000 + place // 200}"}
