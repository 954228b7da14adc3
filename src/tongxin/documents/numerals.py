"""Chinese numerals, read and written."""

from __future__ import annotations

from tongxin.documents.lexicon import load


def _digits() -> str:
    return str(load("numerals")["digits"])


def to_chinese(number: int) -> str:
    """Write a number below 10,000 as headings count.

    >>> [to_chinese(each) == load("numerals")["examples"][each] for each in (3, 10, 12, 25, 108)]
    [True, True, True, True, True]
    """
    digits, units = _digits(), str(load("numerals")["units"])
    if not 0 < number < 10_000:
        return str(number)
    text = ""
    figures = str(number)
    for place, figure in enumerate(figures):
        unit = len(figures) - place - 1
        if figure != "0":
            text += digits[int(figure)] + (units[unit - 1] if unit else "")
        elif text and not text.endswith(digits[0]):
            text += digits[0]
    text = text.rstrip(digits[0])
    one_ten = digits[1] + units[0]
    return text[1:] if text.startswith(one_ten) else text


def read_number(text: str) -> int | None:
    """Read a whole number in Arabic or Chinese figures; None where it is neither.

    >>> [read_number(load("numerals")["examples"][each]) for each in (3, 10, 12, 25, 108)], read_number("28")
    ([3, 10, 12, 25, 108], 28)
    """
    if text.isascii():
        return int(text) if text.isdigit() else None
    digits, units = _digits(), str(load("numerals")["units"])
    text = text.translate({ord(other): common for other, common in load("numerals")["variants"].items()})
    if text and all(character in digits for character in text):
        return int("".join(str(digits.index(character)) for character in text))
    total, figure = 0, None
    for character in text:
        if character in digits:
            figure = digits.index(character)
        elif character in units:
            total += (1 if figure is None else figure) * 10 ** (units.index(character) + 1)
            figure = 0
        else:
            return None
    return total + (figure or 0) if text else None
