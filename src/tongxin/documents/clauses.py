"""The duties of one sentence: from the word that obliges, clause by clause, to where the sentence ends."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from tongxin.documents.deadlines import deadlines_in
from tongxin.documents.lexicon import pattern, word_set
from tongxin.documents.phrases import (
    Role,
    lead_of_subject,
    modal_in,
    role_of,
    starts_after_speech,
    subject_in,
)
from tongxin.documents.responsibility import (
    NOBODY,
    Responsible,
    is_only_responsibility,
    read_clauses,
    together_with,
)
from tongxin.documents.sentences import SEMICOLON, Piece, clauses_of, join, split, without_quotes

_LONGEST_PURPOSE = 4


@dataclass(frozen=True)
class Duty:
    """A stretch of the text that obliges, and whom its sentence names."""

    piece: Piece
    responsible: Responsible


def duties_in(sentence: Piece, text: str, *, is_imperative: bool) -> list[Duty]:
    """Return the duties of a sentence.

    Parameters
    ----------
    sentence
        A sentence without notes on responsibility.
    text
        The whole cleaned text, which the sentence is a stretch of.
    is_imperative
        Clauses that begin with a verb are duties although no word says so.
    """
    if pattern("duties", "no_duty").search(sentence.text) or sentence.text.endswith(("：", ":")):
        return []
    is_imperative = is_imperative and not _tells_past(sentence.text)
    groups = split(sentence, SEMICOLON)
    if not groups:
        return []
    finder = _Finder(text, is_imperative=is_imperative)
    first = finder.read(clauses_of(groups[0]))
    if len(groups) == 1:
        return first
    if not finder.begun and not is_imperative:
        rest = (_Finder(text, is_imperative=False).read(clauses_of(group)) for group in groups[1:])
        return [duty for duties in rest for duty in duties]
    return [*_whole(first, text), *(duty for group in groups[1:] for duty in _group(group, finder))]


def _whole(duties: Sequence[Duty], text: str) -> list[Duty]:
    """Join what the first item of a list consists of: from its last obliging clause on."""
    if not duties:
        return []
    obliging = [at for at, each in enumerate(duties) if modal_in(clauses_of(each.piece)[0].text)]
    begin = obliging[-1] if obliging else 0
    last = duties[begin:]
    return [*duties[:begin], Duty(join(last[0].piece, last[-1].piece, text), last[0].responsible)]


def _group(group: Piece, finder: _Finder) -> list[Duty]:
    if _is_past(group.text) and modal_in(group.text) is None:
        return []
    told = [clause for clause in clauses_of(group) if not is_only_responsibility(clause.text)]
    if not told or not any(role_of(each.text) is not Role.OTHER or modal_in(each.text) for each in told):
        return []
    named = read_clauses(each.text for each in clauses_of(group) if is_only_responsibility(each.text))
    acting = _acting(told[0].text, group.text) or finder.responsible
    return [Duty(join(told[0], told[-1], finder.text), named.or_else(acting))]


def _acting(clause: str, whole: str) -> Responsible:
    """Return whom the subject of a clause names, and with whom they act."""
    subject = _subject(clause)
    return Responsible(lead_of_subject(subject), together_with(whole)) if subject else NOBODY


def _subject(clause: str) -> str:
    modal = modal_in(clause)
    if modal is None:
        return subject_in(clause)
    before = clause[: modal.start]
    return "" if pattern("duties", "leading_only").match(before) else before


def _tells_past(sentence: str) -> bool:
    """Tell whether a whole sentence looks back: by its words, and without a day that is to come."""
    looks_back = pattern("duties", "past_strict").search(without_quotes(sentence))
    return bool(looks_back) and not any(True for _ in deadlines_in(sentence, None))


def _is_past(text: str) -> bool:
    return bool(pattern("duties", "past").search(without_quotes(text)))


@dataclass
class _Finder:
    """Reads clauses in their order; `open` is the duty that the next clause may belong to."""

    text: str
    is_imperative: bool
    responsible: Responsible = NOBODY
    found: list[Duty] = field(default_factory=list)
    open: list[Piece] = field(default_factory=list)
    waiting: list[Piece] = field(default_factory=list)
    begun: bool = False
    purpose_left: int = 0

    def read(self, clauses: Sequence[Piece]) -> list[Duty]:
        """Return the duties of clauses; what led up to nothing belongs to what stood before it."""
        for clause in clauses:
            self._read(clause)
        if self.open and self.waiting:
            self.open += self.waiting
        self.waiting = []
        self._finish()
        return self.found

    def _finish(self) -> None:
        if self.open:
            self.found.append(Duty(join(self.open[0], self.open[-1], self.text), self.responsible))
        self.open = []
        self.purpose_left = 0

    def _read(self, clause: Piece) -> None:
        if is_only_responsibility(clause.text):
            self._finish()
            self.waiting = []
            self.responsible = read_clauses([clause.text]).or_else(self.responsible)
            return
        said = _behind_speech(clause)
        if said is not None:
            self._finish()
            self.waiting = []
            if not said.text:
                self.is_imperative = self.is_imperative or _directs(clause.text)
                return
            if _directs(clause.text) and modal_in(said.text) is None:
                self._begin(said)
                return
            clause = said
        if modal_in(clause.text) and not self._only_results(clause.text):
            self._oblige(clause)
        elif _is_past(clause.text):
            self._finish()
            self.waiting = []
        else:
            self._go_on(clause)

    def _only_results(self, clause: str) -> bool:
        """Tell whether a clause says what a duty before it ensures."""
        modal = modal_in(clause)
        ensures = modal is not None and not modal.start and modal.text in word_set("duties", "results")
        return ensures and bool(self.open) and role_of(clause) is Role.RESULT

    def _oblige(self, clause: Piece) -> None:
        self._finish()
        if _subject(clause.text):
            self.responsible = _acting(clause.text, clause.text)
        if _only_prepares(clause.text):
            self.waiting.append(clause)
            self.begun = True
            return
        self._begin(clause)

    def _begin(self, clause: Piece) -> None:
        self._finish()
        if not modal_in(clause.text) and subject_in(clause.text):
            self.responsible = _acting(clause.text, clause.text)
        self.open = [*self.waiting, clause]
        self.waiting = []
        self.begun = True
        if role_of(clause.text) is Role.RESULT:
            self._open_purpose(clause)

    def _open_purpose(self, clause: Piece) -> None:
        """Let the next clauses belong to a purpose that a clause opens and does not close."""
        is_open = pattern("duties", "purpose_opens").match(clause.text)
        if is_open and not pattern("duties", "purpose_closes").search(clause.text):
            self.purpose_left = _LONGEST_PURPOSE

    def _go_on(self, clause: Piece) -> None:
        if self.purpose_left:
            self.open.append(clause)
            is_closed = pattern("duties", "purpose_closes").search(clause.text)
            self.purpose_left = 0 if is_closed else self.purpose_left - 1
            return
        role = role_of(clause.text)
        if not self.begun and not self.is_imperative:
            if role is Role.LEADING:
                self.waiting.append(clause)
            else:
                self.waiting = []
            return
        self._place(clause, role)

    def _place(self, clause: Piece, role: Role) -> None:
        if role is Role.LEADING:
            self.waiting.append(clause)
        elif role is Role.ACTION or (role is Role.RESULT and not self.open and not self.waiting):
            self._begin(clause)
        elif self.open and not self.waiting:
            self.open.append(clause)
            self._open_purpose(clause)
        elif self.waiting:
            self._begin(clause)


def _behind_speech(clause: Piece) -> Piece | None:
    """Return what a clause says behind the word of speaking in it; None where nobody speaks in it."""
    modal = modal_in(clause.text)
    head = clause.text[: modal.start] if modal else clause.text
    found = pattern("duties", "speaks").search(without_quotes(head))
    if found is None:
        return None
    at = starts_after_speech(found.group()) + found.start()
    return clause.part(at, len(clause.text))


def _directs(clause: str) -> bool:
    return bool(pattern("duties", "directs").search(clause))


def _only_prepares(clause: str) -> bool:
    """Tell whether an obliging clause says only with whom, when, or by what the next one is done."""
    modal = modal_in(clause)
    if modal is None or modal.text in word_set("duties", "prohibits"):
        return False
    rest = clause[modal.start + len(modal.text) :]
    return bool(pattern("duties", "leading_only").match(rest)) or not re.search(r"[\u4e00-\u9fff]{2}", rest)


def lead_obliges(lead: str) -> bool:
    """Tell whether what leads up to items says that they are to be done."""
    clauses = clauses_of(Piece(0, len(lead), lead))
    return _directs(lead) or any(modal_in(each.text) for each in clauses)


def is_duty(item: str, *, obliges: bool) -> bool:
    """Tell whether an item of an enumeration is a duty: something is done in it, and not in the past."""
    if modal_in(item) is not None:
        return True
    if not obliges or _is_past(item) or pattern("duties", "no_duty").search(item):
        return False
    return any(role_of(each.text) is not Role.OTHER for each in clauses_of(Piece(0, len(item), item)))


def lead_named(lead: str) -> Responsible:
    """Return whom what leads up to items names as the one who is to do them."""
    for clause in reversed(clauses_of(Piece(0, len(lead), lead))):
        said = _behind_speech(clause)
        told = clause if said is None else said
        if _subject(told.text):
            return _acting(told.text, told.text)
    return NOBODY
