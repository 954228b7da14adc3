"""Every page in each language: no text was left in another one."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.conf import settings as product_settings
from django.test import Client
from lxml import html
from tests.cast import Cast
from tests.workforce.people import identity_number, register

from tongxin.accounts.models import User
from tongxin.figures.actions import publish_definitions, starter_catalogue
from tongxin.figures.compute import build_release
from tongxin.figures.items import publish_items, starter_items
from tongxin.organisations.models import Organisation, Programme

CHINESE = re.compile(r"[\u3400-\u9fff]+")
ENGLISH = re.compile(r"[A-Za-z][A-Za-z'-]+")
SIMPLIFIED_ALONE = re.compile(
    "[\u4e1a\u4e2a\u4ea7\u4efd\u4f1a\u5355\u5173\u5458\u5b9e\u62a5\u673a\u7ea7\u7edf\u8ba1\u8bf7]"
)
# Signs of files, standards and programs that are written so in Chinese too.
WRITTEN_SO = {"CSV", "GB", "T", "JSON", "Excel", "ID", "pdf", "xls", "xlsx", "csv"}
SHOWN = re.compile("^code: (headcount|skilled_share|training_hours)$", re.MULTILINE)
ATTRIBUTES = ("aria-label", "title", "placeholder", "alt", "data-label")
PAGES = [
    ("office_of_province", "/"),
    ("reporter_of_alpha", "/"),
    ("stranger", "/"),
    ("office_of_province", "/figures/"),
    ("office_of_province", "/figures/?indicator=skilled_share&level=county&view=map"),
    ("office_of_province", "/figures/catalogue/"),
    ("office_of_province", "/figures/releases/"),
    ("office_of_province", "/figures/headcount/passport/"),
    ("office_of_province", "/figures/skilled_share/passport/"),
    ("office_of_province", "/figures/skilled_share/facts/"),
    ("office_of_province", "/organisations/"),
    ("office_of_province", "/organisations/330109/"),
    ("office_of_province", "/organisations/330109/create/"),
    ("office_of_province", "/organisations/330109/rename/"),
    ("office_of_province", "/organisations/330109/move/"),
    ("office_of_province", "/organisations/330109/close/"),
    ("office_of_province", "/organisations/330109/group/"),
    ("office_of_province", "/organisations/330109/group/found/"),
    ("office_of_province", "/organisations/{alpha}/"),
    ("office_of_province", "/organisations/{alpha}/particulars/"),
    ("office_of_province", "/organisations/{alpha}/union/"),
    ("office_of_province", "/organisations/{alpha}/records/"),
    ("office_of_province", "/roles/"),
    ("office_of_province", "/roles/grant/"),
    ("office_of_province", "/roles/explain/?user=reporter_of_alpha&action=see_people&unit=330109"),
    ("system_administrator", "/accounts/manage/"),
    ("system_administrator", "/accounts/manage/new/"),
    ("auditor", "/audit/"),
    ("reporter_of_alpha", "/workers/"),
    ("reporter_of_alpha", "/workers/new/"),
    ("reporter_of_alpha", "/workers/{li}/"),
    ("reporter_of_alpha", "/workers/{li}/correct/"),
    ("reporter_of_alpha", "/workers/{li}/records/certificate/new/"),
    ("reporter_of_alpha", "/workers/{li}/records/honour/new/"),
    ("reviewer_of_xiaoshan", "/workers/proposals/"),
    ("reporter_of_alpha", "/accounts/2fa/"),
    ("reporter_of_alpha", "/accounts/password/change/"),
    ("reporter_of_alpha", "/accounts/logout/"),
    (None, "/accounts/login/"),
    (None, "/accounts/signup/"),
    ("reporter_of_alpha", "/organisations/999999/"),
]


@pytest.fixture
def home(cast: Cast, settings, tmp_path) -> dict[str, str]:
    """A person, a release, and what the addresses name."""
    settings.TONGXIN_HOME = tmp_path
    li = register(cast.alpha, "LI", identity_number("33010919900101123"))
    publish_items(starter_items())
    publish_definitions("---".join(each for each in starter_catalogue().split("---") if SHOWN.search(each)))
    build_release(actor=None)
    return {"alpha": cast.alpha.code, "li": str(li.pk)}


def visit(language: str, username: str | None, address: str, values: dict[str, str]) -> html.HtmlElement:
    client = Client(headers={"accept-language": language})
    if username:
        client.force_login(User.objects.get(username=username))
    response = client.get(address.format(**values))
    assert response.status_code in {200, 404}, (address, response.status_code)
    return html.fromstring(response.content.decode())


def texts_of(page: html.HtmlElement, language: str) -> Iterator[str]:
    """Yield what is read or heard, but not what says that it is in another language, nor code."""
    for element in page.iter():
        if not isinstance(element.tag, str) or is_aside(element, language):
            continue
        yield from (element.get(name, "") for name in ATTRIBUTES)
        yield element.text or ""
        yield from (child.tail or "" for child in element)


def is_aside(element: html.HtmlElement, language: str) -> bool:
    return any(
        each.tag in {"script", "style", "code", "pre", "template"}
        or (each.get("lang") or language)[:2] != language[:2]
        for each in (element, *element.iterancestors())
    )


def names_of_data() -> re.Pattern[str]:
    """Return what is written as it is kept, in whatever language: names of units and accounts."""
    rows = [
        *Organisation.objects.values_list("name_zh", "name_en", "code"),
        *User.objects.values_list("username", "display_name"),
        *Programme.objects.values_list("name_zh", "name_en"),
        ("LI",),
    ]
    names = sorted({name for row in rows for name in row if name}, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, names)))


def leftovers(
    page: html.HtmlElement, language: str, pattern: re.Pattern[str], data: re.Pattern[str]
) -> set[str]:
    texts = (data.sub(" ", text) for text in texts_of(page, language) if pattern.search(text))
    return {word for text in texts for word in pattern.findall(text)}


def test_no_page_is_left_half_in_another_language(home):
    left: dict[str, set[str]] = {}
    data = names_of_data()
    for username, address in PAGES:
        chinese, english = (visit(language, username, address, home) for language in ("zh-hans", "en"))
        left[f"zh-hans {address}"] = leftovers(chinese, "zh-hans", ENGLISH, data) - WRITTEN_SO
        left[f"en {address}"] = leftovers(english, "en", CHINESE, data)
        traditional = visit("zh-hant", username, address, home)
        left[f"zh-hant {address}"] = leftovers(traditional, "zh-hant", SIMPLIFIED_ALONE, data)

    import json; open("/tmp/hl/left.json","w").write(json.dumps({k: sorted(v) for k,v in left.items() if v},ensure_ascii=False,indent=0))
    assert {page: words for page, words in left.items() if words} == {}


def test_the_languages_are_offered_in_their_own_words():
    assert [code for code, _name in product_settings.LANGUAGES] == ["zh-hans", "en", "zh-hant"]
