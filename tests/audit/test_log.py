from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, connection, transaction
from tests.cast import Cast
from tests.clients import client_of

from tongxin.audit import log
from tongxin.audit.models import LogEntry


@pytest.fixture
def entry(cast: Cast) -> LogEntry:
    return log.record(
        actor=cast.auditor,
        action="organisations.renamed",
        target=cast.alpha,
        organisation_id=cast.alpha.pk,
        name=("before", "after"),
        on=date(2024, 3, 1),
        amount=Decimal("1.10"),
        unit=cast.beta,
        nested={"a": [1, True, None]},
    )


def test_an_entry_keeps_who_what_and_the_values_before_and_after(cast: Cast, entry: LogEntry) -> None:
    kept = LogEntry.objects.get(pk=entry.pk)

    assert (kept.actor, kept.actor_name) == (cast.auditor, "auditor")
    assert (kept.target_type, kept.target_id) == ("organisations.organisation", str(cast.alpha.pk))
    assert kept.changes == {
        "name": ["before", "after"],
        "on": "2024-03-01",
        "amount": "1.10",
        "unit": "同心示例二厂",
        "nested": {"a": [1, True, None]},
    }


def test_the_operator_is_system_and_who_has_not_signed_in_is_anonymous(cast: Cast) -> None:
    by_operator = log.record(actor=None, action="organisations.renamed", target=cast.alpha)
    by_nobody = log.record(actor=AnonymousUser(), action="accounts.sign_in_failed", target=None)

    assert (by_operator.actor, by_operator.actor_name) == (None, "system")
    assert (by_nobody.actor, by_nobody.actor_name, by_nobody.target_label) == (None, "anonymous", "")


def test_an_action_without_a_sentence_is_refused(cast: Cast) -> None:
    with pytest.raises(ValueError, match=r"nonsense\.done"):
        log.record(actor=None, action="nonsense.done", target=cast.alpha)


def test_entries_are_neither_changed_nor_deleted_through_the_model(entry: LogEntry) -> None:
    entry.action = "organisations.closed"

    with pytest.raises(TypeError):
        entry.save()
    with pytest.raises(TypeError):
        entry.delete()


@pytest.mark.parametrize(
    "change",
    [
        lambda: LogEntry.objects.update(action="x"),
        lambda: LogEntry.objects.all().delete(),
        lambda: connection.cursor().execute("UPDATE audit_logentry SET actor_name = 'x'"),
        lambda: connection.cursor().execute("DELETE FROM audit_logentry"),
    ],
    ids=["queryset update", "queryset delete", "raw update", "raw delete"],
)
def test_the_database_itself_refuses_to_change_or_delete_entries(entry: LogEntry, change) -> None:
    n_before = LogEntry.objects.count()

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        change()

    assert LogEntry.objects.count() == n_before
    assert LogEntry.objects.get(pk=entry.pk).action == "organisations.renamed"


def test_an_entry_is_undone_together_with_the_change_it_records(cast: Cast) -> None:
    n_before = LogEntry.objects.count()

    def change_and_fail() -> None:
        with transaction.atomic():
            log.record(actor=None, action="organisations.renamed", target=cast.alpha)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        change_and_fail()

    assert LogEntry.objects.count() == n_before


def test_a_change_by_page_keeps_the_address_and_the_request(cast: Cast) -> None:
    client = client_of(cast.office_of_xiaoshan)
    client.post(
        f"/organisations/{cast.alpha.code}/rename/",
        {"name_zh": "新名", "name_en": "", "on": "2024-03-01"},
        REMOTE_ADDR="192.0.2.7",
    )

    kept = LogEntry.objects.latest("pk")
    assert kept.address == "192.0.2.7"
    assert len(kept.request_id) == 16
