"""Collect the texts of the product, derive Traditional Chinese, and compile the catalogues.

Texts are read from the syntax tree of modules and from Django's own reading of templates, so no gettext
program is needed and every machine writes the same files. A text without a Chinese translation is named,
and the run fails.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import polib
from django.conf import settings
from django.utils.translation.template import templatize

PACKAGE = Path(__file__).resolve().parent.parent / "src" / "tongxin"
LOCALE = PACKAGE / "locale"
SIMPLIFIED, TRADITIONAL = "zh_Hans", "zh_Hant"
METADATA = {
    "Project-Id-Version": "Tongxin",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=1; plural=0;",
}
# Which argument of a marking function is the context, the text, the plural.
ARGUMENTS = {
    "gettext": (None, 0, None),
    "ngettext": (None, 0, 1),
    "pgettext": (0, 1, None),
    "npgettext": (0, 1, 2),
}
PLACES = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
CALL = re.compile(r"\b(?:n?p?gettext|_)\(")


@dataclass(order=True)
class Text:
    """One text as the code has it, with the files that say it."""

    msgid: str
    context: str
    plural: str
    files: set[str] = field(default_factory=set, compare=False)

    @property
    def key(self) -> tuple[str, str, str]:
        return self.msgid, self.context, self.plural


def collect(package: Path = PACKAGE) -> list[Text]:
    """Return every text of the package that is marked for translation, in a stable order."""
    found: dict[tuple[str, str, str], Text] = {}
    for path in sorted(package.rglob("*")):
        if "migrations" in path.parts or path.suffix not in {".py", ".html", ".txt"}:
            continue
        source = path.read_text(encoding="utf-8")
        texts = read_module(source) if path.suffix == ".py" else read_template(source)
        for text in texts:
            found.setdefault(text.key, text).files.add(path.relative_to(package).as_posix())
    return sorted(found.values())


def read_module(source: str) -> Iterator[Text]:
    """Read the calls of marking functions, whatever names they were imported under."""
    tree = ast.parse(source)
    kinds = {
        alias.asname or alias.name: kind
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if (kind := kind_of(alias.name))
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in kinds:
            yield from read_call(node, kinds[node.func.id])


def read_template(source: str) -> Iterator[Text]:
    """Read the calls into which Django turns the translation tags of a template."""
    calls = templatize(source)
    for match in CALL.finditer(calls):
        node = parse_call(calls, match.start(), match.end())
        kind = match.group().removesuffix("(")
        yield from read_call(node, "gettext" if kind == "_" else kind)


def parse_call(text: str, start: int, after: int) -> ast.Call:
    """Return the call that begins here: it ends at the first bracket that makes it whole."""
    for bracket in re.compile(r"\)").finditer(text, after):
        try:
            expression = ast.parse(text[start : bracket.end()], mode="eval").body
        except SyntaxError:
            continue
        if isinstance(expression, ast.Call):
            return expression
    raise ValueError(f"No whole call at {text[start : start + 80]!r}.")


def kind_of(name: str) -> str | None:
    kind = name.removesuffix("_lazy").removesuffix("_noop")
    return kind if kind in ARGUMENTS else None


def read_call(node: ast.Call, kind: str) -> Iterator[Text]:
    """Yield the text of a call; one that is only known when it runs was marked elsewhere."""
    context, msgid, plural = (constant(node, place) for place in ARGUMENTS[kind])
    if msgid:
        yield Text(msgid, context, plural)


def constant(node: ast.Call, place: int | None) -> str:
    argument = node.args[place] if place is not None and place < len(node.args) else None
    return argument.value if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else ""


def catalogue_of(texts: list[Text], known: dict[tuple[str, str, str], str], language: str) -> polib.POFile:
    """Build a catalogue: the collected texts with the translations that are known."""
    catalogue = polib.POFile(wrapwidth=0)
    catalogue.metadata = {**METADATA, "Language": language}
    for text in texts:
        translation = known.get(text.key, "")
        entry = polib.POEntry(
            msgid=text.msgid,
            msgctxt=text.context or None,
            occurrences=[(name, "") for name in sorted(text.files)],
        )
        if "%" in "".join(PLACES.findall(text.msgid + text.plural)):
            entry.flags.append("python-format")
        if text.plural:
            entry.msgid_plural = text.plural
            entry.msgstr_plural = {0: translation}
        else:
            entry.msgstr = translation
        catalogue.append(entry)
    return catalogue


def known_translations(path: Path) -> dict[tuple[str, str, str], str]:
    """Return what a catalogue translates; what is marked as doubtful does not count."""
    if not path.exists():
        return {}
    return {key_of(entry): text_of(entry) for entry in polib.pofile(str(path)) if not entry.fuzzy}


def key_of(entry: polib.POEntry) -> tuple[str, str, str]:
    return entry.msgid, entry.msgctxt or "", entry.msgid_plural or ""


def text_of(entry: polib.POEntry) -> str:
    return str(entry.msgstr_plural.get(0, "") if entry.msgid_plural else entry.msgstr)


def derive(simplified: dict[tuple[str, str, str], str]) -> dict[tuple[str, str, str], str]:
    """Write the translations in traditional characters; named places in them stay as they are."""
    from tongxin.ui.scripts import to_traditional  # noqa: PLC0415  # settings come first

    return {key: to_traditional(text) for key, text in simplified.items()}


def path_of(language: str, suffix: str = "po") -> Path:
    return LOCALE / language / "LC_MESSAGES" / f"django.{suffix}"


def gather() -> tuple[polib.POFile, polib.POFile]:
    """Return both catalogues as they should be now."""
    texts = collect()
    known = known_translations(path_of(SIMPLIFIED))
    return catalogue_of(texts, known, SIMPLIFIED), catalogue_of(texts, derive(known), TRADITIONAL)


def faults_of(catalogue: polib.POFile) -> Iterator[str]:
    """Yield what is missing or lost: translations, and the named places of a text."""
    for entry in catalogue:
        translation = text_of(entry)
        wanted = PLACES.findall(entry.msgid_plural or entry.msgid)
        if not translation:
            yield f"Not translated: {entry.msgid!r} ({', '.join(name for name, _line in entry.occurrences)})"
        elif sorted(wanted) != sorted(PLACES.findall(translation)):
            yield f"Other named places: {entry.msgid!r} → {translation!r}"


def write(catalogue: polib.POFile, language: str) -> None:
    path_of(language).parent.mkdir(parents=True, exist_ok=True)
    catalogue.save(str(path_of(language)))
    catalogue.save_as_mofile(str(path_of(language, "mo")))


def main() -> int:
    settings.configure()
    simplified, traditional = gather()
    write(simplified, SIMPLIFIED)
    write(traditional, TRADITIONAL)
    faults = list(faults_of(simplified))
    for fault in faults:
        print(fault, file=sys.stderr)  # noqa: T201
    print(f"{len(simplified)} texts, {len(faults)} faults.")  # noqa: T201
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
