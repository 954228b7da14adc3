"""Every page in each language: no text was left in another one."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.conf import settings as product_settings
from django.test import Client
from django.utils import translation
from lxml import html
from tests.architecture.work_at_hand import NAMES, lay_out
from tests.cast import Cast
from tests.workforce.people import identity_number, register

from tongxin.accounts.models import User
from tongxin.codes.lists import get_list
from tongxin.figures.actions import publish_definitions, starter_catalogue
from tongxin.figures.compute import build_release
from tongxin.figures.items import publish_items, starter_items
from tongxin.organisations.models import Organisation, Programme
from tongxin.plans.models import Measure
from tongxin.supervision.texts import PLACEHOLDERS
from tongxin.workbooks.layouts import load_layout
from tongxin.workbooks.refusals import REFUSALS
from tongxin.workforce.roster_actions import apply_roster, receive_roster

CHINESE = re.compile(r"[\u3400-\u9fff]+")
ENGLISH = re.compile(r"[A-Za-z][A-Za-z'-]+")
SIMPLIFIED_ALONE = re.compile(
    "[\u4e1a\u4e2a\u4ea7\u4f1a\u5355\u5173\u5458\u5b9e\u62a5\u673a\u7ea7\u7edf\u8ba1\u8bf7]"
)
# Signs of files, standards and programs that are written so in Chinese too.
WRITTEN_SO = {"CSV", "Excel", "GB", "JSON", "XLSX", "csv", "xls", "xlsx"}
# Codes, releases, fingerprints, versions.
WITH_DIGITS = re.compile(r"\S*\d\S*")
INDICATORS = ("headcount", "skilled_share", "training_hours")
ROSTER = load_layout("roster")
CODE_LISTS = ("document_type", "employment_form")
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
    ("reporter_of_alpha", "/imports/"),
    ("reporter_of_alpha", "/imports/send/"),
    ("reporter_of_alpha", "/imports/{read}/"),
    ("reporter_of_alpha", "/imports/{refused}/"),
    ("reporter_of_alpha", "/accounts/2fa/"),
    ("reporter_of_alpha", "/accounts/password/change/"),
    ("reporter_of_alpha", "/accounts/logout/"),
    ("office_of_hangzhou", "/"),
    ("office_of_hangzhou", "/tasks/"),
    ("office_of_hangzhou", "/tasks/?view=board&state=all"),
    ("office_of_hangzhou", "/tasks/?view=timeline"),
    ("office_of_hangzhou", "/tasks/calendar/"),
    ("office_of_hangzhou", "/plans/"),
    ("office_of_hangzhou", "/plans/{plan}/"),
    ("office_of_hangzhou", "/plans/{plan}/reach/"),
    ("office_of_hangzhou", "/plans/{plan}/measures/"),
    ("office_of_hangzhou", "/plans/{plan}/workbook/"),
    ("office_of_hangzhou", "/tasks/{whole}/"),
    ("office_of_hangzhou", "/tasks/{whole}/hand-down/"),
    ("office_of_hangzhou", "/tasks/{own}/targets/"),
    ("office_of_hangzhou", "/tasks/{own}/report/"),
    ("office_of_hangzhou", "/reports/{report}/"),
    ("office_of_xiaoshan", "/tasks/{share}/"),
    ("office_of_xiaoshan", "/reports/{report}/"),
    ("office_of_hangzhou", "/supervision/"),
    ("office_of_hangzhou", "/supervision/tasks/{own}/"),
    ("office_of_hangzhou", "/supervision/tasks/{own}/order/"),
    ("office_of_hangzhou", "/supervision/plans/{plan}/"),
    ("office_of_hangzhou", "/supervision/plans/{plan}/rule/"),
    ("office_of_hangzhou", "/supervision/circulars/{circular}/"),
    ("office_of_hangzhou", "/supervision/orders/"),
    ("office_of_hangzhou", "/supervision/orders/{order}/"),
    ("office_of_hangzhou", "/meetings/"),
    ("office_of_hangzhou", "/meetings/new/"),
    ("office_of_hangzhou", "/meetings/{meeting}/"),
    ("office_of_hangzhou", "/instructions/"),
    ("office_of_hangzhou", "/instructions/new/"),
    ("office_of_hangzhou", "/instructions/{instruction}/"),
    ("office_of_hangzhou", "/notices/"),
    ("office_of_hangzhou", "/notices/webhooks/"),
    ("office_of_hangzhou", "/notices/webhooks/{webhook}/"),
    ("office_of_hangzhou", "/search/?q=WHOLE"),
    ("office_of_hangzhou", "/search/?q=NOTHINGLIKEIT"),
    (None, "/accounts/login/"),
    (None, "/accounts/signup/"),
    ("reporter_of_alpha", "/organisations/999999/"),
]
FORMS = [
    (None, "/accounts/login/", {"login": "nobody", "password": "wrong"}),
    (None, "/accounts/login/", {}),
    (
        "reporter_of_alpha",
        "/accounts/password/change/",
        {"oldpassword": "x", "password1": "1", "password2": "2"},
    ),
    ("reporter_of_alpha", "/accounts/reauthenticate/", {"password": "wrong"}),
    ("office_of_province", "/organisations/330109/create/", {"code": "1", "on": "2026"}),
    ("office_of_province", "/organisations/330109/rename/", {}),
    ("office_of_province", "/roles/grant/", {"user": "nobody", "unit": "1"}),
    ("system_administrator", "/accounts/manage/new/", {"username": "no good!", "email": "x"}),
    ("reporter_of_alpha", "/workers/new/", {"document_number": "1", "phone": "2", "started_on": "x"}),
    (
        "reporter_of_alpha",
        "/workers/{li}/records/certificate/new/",
        {"grade": "x", "issued_on": "2999-01-01"},
    ),
]


@pytest.fixture
def home(cast: Cast) -> dict[str, str]:
    """A person, and what the addresses name."""
    li = register(cast.alpha, "LI", identity_number("33010919900101123"))
    # What the log calls a thing is kept in the language of who did it: here the home's, whatever ran before.
    with translation.override(product_settings.LANGUAGE_CODE):
        work = lay_out(cast)
    return {
        "alpha": cast.alpha.code,
        "li": str(li.pk),
        "read": send(cast, [column.header for column in ROSTER.required]),
        "refused": send(cast, ["who", "when"]),
        **work,
    }


def send(cast: Cast, headers: list[str]) -> str:
    """Send a roster of one row, wrong in every cell."""
    body = ",".join(headers) + "\n" + ",".join(["1"] * len(headers)) + "\n"
    sent = receive_roster(
        cast.alpha, actor=None, file_name="people.csv", body=body.encode(), effective_on=None
    )
    apply_roster(sent.pk, progress=lambda _stage, _percent: None)
    return str(sent.pk)


@pytest.fixture
def release(home, settings, tmp_path) -> None:
    settings.TONGXIN_HOME = tmp_path
    publish_items(starter_items())
    documents = starter_catalogue().split("---\n")
    publish_definitions("---\n".join(each for each in documents if code_of(each) in INDICATORS))
    build_release(actor=None)


def code_of(document: str) -> str:
    return re.search("code: (.*)", document)[1]


def visit(
    language: str,
    username: str | None,
    address: str,
    values: dict[str, str],
    sent: dict[str, str] | None = None,
) -> html.HtmlElement:
    client = Client(headers={"accept-language": language})
    if username:
        client.force_login(User.objects.get(username=username))
    place = address.format(**values)
    response = client.get(place) if sent is None else client.post(place, sent)
    assert response.status_code in {200, 404, 422}, (address, response.status_code)
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
        or not language.startswith(each.get("lang") or language)
        for each in (element, *element.iterancestors())
    )


def names_of_data() -> re.Pattern[str]:
    """Return what is written as it is kept, in whatever language: names of units and accounts."""
    rows = [
        *Organisation.objects.values_list("name_zh", "name_en", "code"),
        *User.objects.values_list("username", "display_name"),
        *Programme.objects.values_list("name_zh", "name_en"),
        ("LI", "people.csv", "who", "when", *INDICATORS, *NAMES),
        Measure.objects.values_list("title", flat=True),
        [f"{{{name}}}" for name in PLACEHOLDERS],
        # What stands in the cells of the workbook is Chinese, and a refusal has its code in the log.
        [column.header for column in ROSTER.columns],
        [each.zh for name in CODE_LISTS for each in get_list(name).entries],
        REFUSALS,
    ]
    names = sorted({name for row in rows for name in row if name}, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, names)))


def leftovers(
    page: html.HtmlElement, language: str, pattern: re.Pattern[str], data: re.Pattern[str]
) -> set[str]:
    texts = (data.sub(" ", text) for text in texts_of(page, language) if pattern.search(text))
    return {word for text in texts for word in pattern.findall(WITH_DIGITS.sub(" ", text))}


@pytest.mark.usefixtures("release")
def test_no_page_is_left_half_in_another_language(home):
    left: dict[str, set[str]] = {}
    data = names_of_data()
    for username, address in PAGES:
        chinese, english = (visit(language, username, address, home) for language in ("zh-hans", "en"))
        left[f"zh-hans {address}"] = leftovers(chinese, "zh-hans", ENGLISH, data) - WRITTEN_SO
        left[f"en {address}"] = leftovers(english, "en", CHINESE, data)
        traditional = visit("zh-hant", username, address, home)
        left[f"zh-hant {address}"] = leftovers(traditional, "zh-hant", SIMPLIFIED_ALONE, data)

    assert {page: words for page, words in left.items() if words} == {}


def test_no_form_answers_in_another_language(home):
    left: dict[str, set[str]] = {}
    data = names_of_data()
    for username, address, sent in FORMS:
        typed = re.compile("|".join([data.pattern, *map(re.escape, sent.values())]))
        chinese, english = (visit(language, username, address, home, sent) for language in ("zh-hans", "en"))
        left[f"zh-hans {address}"] = leftovers(chinese, "zh-hans", ENGLISH, typed) - WRITTEN_SO
        left[f"en {address}"] = leftovers(english, "en", CHINESE, typed)

    assert {page: words for page, words in left.items() if words} == {}


def test_the_languages_are_offered_in_their_own_words():
    assert [code for code, _name in product_settings.LANGUAGES] == ["zh-hans", "en", "zh-hant"]
