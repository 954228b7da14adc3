"""Clauses by what they begin with: an action, what leads up to one, or what follows from one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from functools import cache, lru_cache

import rjieba

from tongxin.documents.deadlines import deadlines_in
from tongxin.documents.lexicon import any_of, pattern, word_set, words
from tongxin.documents.responsibility import bodies_of
from tongxin.documents.sentences import without_quotes
from tongxin.documents.targets import has_target

_SUBJECT_LENGTH = 34
_BEFORE_VERBS = {"d", "c", "x", "ad", "m", "a"}
"""jieba's adverbs, conjunctions, signs, numbers and adjectives."""


class Role(Enum):
    """What a clause does in its sentence."""

    ACTION = "action"
    LEADING = "leading"
    RESULT = "result"
    OTHER = "other"


@dataclass(frozen=True)
class Token:
    """A word, its place in its clause and its part of speech as jieba marks it."""

    text: str
    start: int
    tag: str

    @property
    def is_verb(self) -> bool:
        """Tell whether a task can begin with the word."""
        return self.text in word_set("duties", "verbs") or self.tag.startswith("v") or _begins_like_verb(self)


def _begins_like_verb(token: Token) -> bool:
    # jieba takes set phrases for idioms or nouns; they begin with the verb that they are made from.
    return len(token.text) >= 3 and token.text[:2] in word_set("duties", "verbs")


@lru_cache(maxsize=20_000)
def tokens_of(text: str) -> tuple[Token, ...]:
    """Return the words of a clause."""
    found, at = [], 0
    for word, tag in rjieba.tag(text):
        at = text.index(word, at)
        for part in _apart(word, tag):
            found.append(Token(part, at, tag))
            at += len(part)
    return tuple(found)


def _apart(word: str, tag: str) -> tuple[str, ...]:
    """Split what jieba takes for one word: a modal and a preposition, or a preposition and a name."""
    found = pattern("duties", "merged_modal").match(word)
    if found is None and tag in word_set("duties", "merged_tags"):
        found = pattern("duties", "merged_first").match(word)
    return found.groups() if found else (word,)


@lru_cache(maxsize=20_000)
def modal_in(text: str) -> Token | None:
    """Return the first word of a clause that makes it a duty; what is quoted in it does not count."""
    plain = without_quotes(text)
    for token in tokens_of(plain):
        if token.text not in word_set("duties", "modals") or token.text in word_set("duties", "not_modals"):
            continue
        if pattern("duties", "spoils_modal").match(text[token.start :]):
            return None
        if token.text not in word_set("duties", "at_the_start") or _is_at_the_start(text, token):
            return token
    # jieba joins the shortest modal with what stands beside it.
    found = pattern("duties", "short_modal").search(plain)
    is_spoilt = found and pattern("duties", "spoils_modal").match(text[found.start() :])
    return Token(found.group(), found.start(), "v") if found and not is_spoilt else None


def _is_at_the_start(text: str, token: Token) -> bool:
    before = text[: token.start]
    if not before or bodies_of(before):
        return True
    return len(before) <= _SUBJECT_LENGTH and not any(each.is_verb for each in tokens_of(before))


@lru_cache(maxsize=20_000)
def role_of(text: str) -> Role:
    """Return what a clause does when no modal word is in it."""
    text = text.strip()
    if pattern("duties", "leading_only").match(text):
        return Role.LEADING
    bare = _without_occasion(text)
    if not bare:
        return Role.LEADING
    if pattern("duties", "serves").match(bare) and not pattern("duties", "purpose_closes").search(bare):
        return Role.ACTION
    words_left = _words_of_action(bare)
    first = words_left[0] if words_left else None
    if first is None:
        return Role.OTHER
    if pattern("duties", "purpose_opens").match(bare):
        return Role.RESULT
    if first.text in word_set("duties", "results"):
        return Role.ACTION if has_target(text) or len(bare) < len(text) else Role.RESULT
    if first.text in word_set("duties", "soft_results"):
        names_actor = bare[first.start + len(first.text) :].startswith(words("duties", "actors"))
        return Role.ACTION if names_actor else Role.RESULT
    if first.text in word_set("duties", "leading"):
        return Role.ACTION if any(_is_main_verb(each, bare) for each in words_left[1:]) else Role.LEADING
    begins = bare[first.start :].startswith(_long_verbs()) or pattern("duties", "reports").match(bare)
    if first.is_verb or begins or pattern("duties", "states").search(bare) or subject_in(bare):
        return Role.ACTION
    return Role.OTHER


def subject_in(clause: str) -> str:
    """Return the bodies with which a clause begins, when what follows them is what they do; else nothing."""
    clause = pattern("duties", "before_subject").sub("", clause)
    verb = next((each for each in tokens_of(clause) if _is_verb_of_sentence(each, clause)), None)
    if verb is None or not verb.start:
        return ""
    before = clause[: verb.start]
    for told in deadlines_in(before, None):
        before = before.replace(told.text, "")
    subject = pattern("duties", "behind_subject").sub("", before)
    return subject if subject and bodies_of(subject) else ""


def _is_verb_of_sentence(token: Token, clause: str) -> bool:
    """Tell a verb from one within the name of a body."""
    after = clause[token.start + len(token.text) :]
    is_verb = token.text in word_set("duties", "verbs") or _begins_like_verb(token)
    return is_verb and not pattern("duties", "inside_body").match(after)


@cache
def _long_verbs() -> tuple[str, ...]:
    return tuple(word for word in words("duties", "verbs") if len(word) > 1)


def _is_main_verb(token: Token, text: str) -> bool:
    # A verb before the sign of an attribute, or at the end, tells of a thing.
    after = text[token.start + len(token.text) :]
    return token.text in word_set("duties", "verbs") and bool(after) and not after.startswith(_attribute())


def _attribute() -> str:
    return words("duties", "attribute")[0]


def _without_occasion(text: str) -> str:
    """Return a clause without the time with which it begins."""
    first = next(deadlines_in(text, None), None)
    if first is not None and first.start <= 1:
        return text[first.start + len(first.text) :].lstrip(" ，,")
    return text


def _words_of_action(text: str) -> list[Token]:
    """Return the words of a clause from the first that can say what is done."""
    found = list(tokens_of(text))
    while found and (
        found[0].text in word_set("duties", "before_verbs")
        or (found[0].tag in _BEFORE_VERBS and found[0].text not in _that_lead() and not found[0].is_verb)
    ):
        found.pop(0)
    return found


def _that_lead() -> frozenset[str]:
    return word_set("duties", "leading") | word_set("duties", "soft_results")


@lru_cache(maxsize=20_000)
def action_and_object(quote: str) -> tuple[str, str]:
    """Return the verb of a duty and what it is done to, both as written; empty where no verb is found."""
    for clause in re.split("[，,；;]", quote):
        found = _action_in(clause)
        if found:
            return found
    return "", ""


def _action_in(clause: str) -> tuple[str, str] | None:
    modal = modal_in(clause)
    begin = modal.start + len(modal.text) if modal else 0
    rest = clause[begin:]
    if pattern("duties", "leading_only").match(rest):
        return None
    for token in tokens_of(rest):
        verb = _verb_of(token)
        if verb:
            return verb, rest[token.start + len(token.text) :].strip()
    told = next((token for token in tokens_of(rest) if token.tag == "v"), None)
    return (told.text, rest[told.start + len(told.text) :].strip()) if told else None


def _verb_of(token: Token) -> str:
    """Return the verb that a word is, or that a set phrase ends with behind an adverb; else nothing."""
    verbs = word_set("duties", "verbs") - _adverbs()
    if token.text in verbs:
        return token.text
    is_phrase = len(token.text) == 4 and token.text[:2] in _adverbs()
    return token.text[2:] if is_phrase and token.text[2:] in verbs else ""


def _adverbs() -> frozenset[str]:
    return word_set("duties", "verb_like_adverbs")


def starts_after_speech(text: str) -> int:
    """Return where a clause begins behind the word with which somebody says it."""
    found = list(re.finditer(any_of(words("duties", "speaking_words")), text))
    return found[-1].end() if found else 0


def lead_of_subject(subject: str) -> tuple[str, ...]:
    """Return whom the subject of a sentence names: bodies, or a short name without a verb in it."""
    for told in deadlines_in(subject, None):
        subject = subject.replace(told.text, "")
    subject = pattern("duties", "before_subject").sub("", subject.strip())
    if pattern("duties", "no_subject").search(subject) or subject.startswith(_long_verbs()):
        return ()
    if bodies := bodies_of(subject):
        return bodies
    is_name = 2 <= len(subject) <= 12 and not any(
        each.text in word_set("duties", "verbs") or each.tag[0] in "vpdru" for each in tokens_of(subject)
    )
    return (subject,) if is_name and subject not in word_set("duties", "subject_words") else ()
