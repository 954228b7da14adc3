"""Cleaning of cells: what a person meant by what was typed. Cleaning a clean value changes nothing."""

from __future__ import annotations

import polars as pl

ERROR_VALUE = r"^#(?:DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!|GETTING_DATA|SPILL!|CALC!|ERROR!)$"
LOST_DIGITS = r"^[+-]?\d(?:\.\d+)?[eE]\+?\d{2,}$"
"""A long number as a spreadsheet shows it."""

_PLAIN = r"^[\u4e00-\u9fff0-9A-Za-z.,:/+-]+(?: [\u4e00-\u9fff0-9A-Za-z.,:/+-]+)*$"
"""Text that cleaning does not change; nearly all cells are."""
_INVISIBLE = r"[\p{Cc}\p{Cf}\u2028\u2029\ufffe]+"
_SPACES = r"\s+"
_QUOTED_FORMULA = r'^="([^"]*)"$'
"""What people write into a text file so that a spreadsheet keeps all digits."""
_LEADING_MARKS = "^[ '`\u2018\u2019]+"
_NAME_DOTS = "[.\u2022\u2027\u2219\u22c5\u30fb\u00b7\u02d9]"
_MIDDLE_DOT = "\u00b7"
_DASHES = "[\u2010-\u2015\u2212\ufe63]"
_POINT_ZERO = r"\.0+$"


def clean_text(text: pl.Expr) -> pl.Expr:
    """Return text in half width, without invisible signs, with single inner spaces; blank becomes null.

    >>> pl.select(clean_text(pl.lit("  ab\u200b\u3000 cd "))).item()
    'ab cd'
    """
    visible = text.str.replace_all(r"[\t\r\n]+", " ").str.replace_all(_INVISIBLE, "")
    plain = visible.str.normalize("NFKC").str.replace_all(_INVISIBLE, "").str.replace_all(_SPACES, " ")
    unmarked = plain.str.strip_chars(" ").str.replace(_LEADING_MARKS, "")
    bare = unmarked.str.replace(_QUOTED_FORMULA, "$1").str.replace(_LEADING_MARKS, "")
    stripped = bare.str.strip_chars(" ")
    return pl.when(stripped != "").then(stripped)


def clean_texts(texts: pl.Series) -> pl.Series:
    """Return a whole column cleaned, with the work done once for each different text that needs it.

    >>> clean_texts(pl.Series(["ab", " ab ", None, ""])).to_list()
    ['ab', 'ab', None, None]
    """
    is_plain = texts.str.contains(_PLAIN)
    rough = texts.filter(~is_plain).unique()
    if rough.is_empty():
        return texts
    clean = pl.DataFrame({"text": rough}).select(clean_text(pl.col("text"))).to_series()
    cleaned = texts.replace_strict(rough, clean, default=None, return_dtype=pl.String)
    return texts.zip_with(is_plain.fill_null(value=True), cleaned)


def clean_name(text: pl.Expr) -> pl.Expr:
    """Return a cleaned name: no spaces and one kind of dot, unless it is written in Latin letters.

    >>> pl.select(clean_name(pl.lit("Anna  Maria"))).item()
    'Anna Maria'
    """
    tight = text.str.replace_all(" ", "").str.replace_all(_NAME_DOTS, _MIDDLE_DOT)
    spaced = text.str.replace_all(_SPACES, " ").str.strip_chars(" ")
    return pl.when(text.str.contains(r"\p{Latin}")).then(spaced).otherwise(tight)


def clean_number(text: pl.Expr) -> pl.Expr:
    """Return a document or credit code: capitals and digits without spaces, dashes and brackets.

    >>> pl.select(clean_number(pl.lit("33010619900101-123x"))).item()
    '33010619900101123X'
    """
    plain = text.str.replace(_POINT_ZERO, "").str.to_uppercase()
    return _null_blank(plain.str.replace_all(_DASHES, "-").str.replace_all(r"[\s()\[\]-]+", ""))


def clean_certificate_number(text: pl.Expr) -> pl.Expr:
    """Return a certificate number: capitals, no spaces; dashes belong to some old numbers."""
    plain = text.str.replace(_POINT_ZERO, "").str.to_uppercase()
    return _null_blank(plain.str.replace_all(_DASHES, "-").str.replace_all(" ", ""))


def clean_occupation(text: pl.Expr) -> pl.Expr:
    """Return an occupation's code with its dashes, or its name.

    >>> pl.select(clean_occupation(pl.lit("6310703"))).item()
    '6-31-07-03'
    """
    tight = text.str.replace_all(_DASHES, "-").str.replace_all(" ", "")
    code = tight.str.replace(r"^(\d)-?(\d\d)-?(\d\d)-?(\d\d)(?:\D.*)?$", "$1-$2-$3-$4")
    return _null_blank(code)


def clean_phone(text: pl.Expr, affixes: tuple[str, ...]) -> pl.Expr:
    """Return a phone number's digits, without the dialling code of the mainland.

    >>> pl.select(clean_phone(pl.lit("+86 138-0013-8000"), ("+86",))).item()
    '13800138000'
    """
    digits = text.str.replace(_POINT_ZERO, "").str.replace_all(_DASHES, "-").str.replace_all(r"[\s()]+", "")
    for affix in affixes:
        digits = digits.str.strip_prefix(affix)
    return _null_blank(digits.str.replace_all("-", ""))


def clean_amount(text: pl.Expr, affixes: tuple[str, ...]) -> pl.Expr:
    """Return an amount's digits, without currency signs and separators of thousands.

    >>> pl.select(clean_amount(pl.lit("CNY 6,928.50"), ("CNY",))).item()
    '6928.50'
    """
    amount = text.str.replace_all(" ", "")
    for affix in affixes:
        amount = amount.str.strip_prefix(affix).str.strip_suffix(affix)
    grouped = amount.str.contains(r"^[+-]?\d{1,3}(,\d{3})+(\.\d*)?$")
    return _null_blank(pl.when(grouped).then(amount.str.replace_all(",", "")).otherwise(amount))


def amount_in_fen(amount: pl.Expr) -> pl.Expr:
    """Return a clean amount of yuan in fen, rounded half up; null when it is none.

    >>> pl.select(amount_in_fen(pl.lit("6928.335"))).item()
    692834
    """
    is_amount = amount.str.contains(r"^[+-]?\d{1,10}(?:\.\d*)?$")
    yuan = amount.str.extract(r"^[+-]?(\d+)").cast(pl.Int64, strict=False)
    decimals = amount.str.extract(r"\.(\d*)$").fill_null("") + pl.lit("000")
    fen = yuan * 100 + decimals.str.slice(0, 2).cast(pl.Int64, strict=False)
    rounded = fen + (decimals.str.slice(2, 1) >= "5").cast(pl.Int64)
    return pl.when(is_amount).then(pl.when(amount.str.starts_with("-")).then(-rounded).otherwise(rounded))


def _null_blank(text: pl.Expr) -> pl.Expr:
    return pl.when(text != "").then(text)
