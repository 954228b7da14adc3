"""What lies on the disk: no number, no phone and no cell of a roster in clear."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from tests.workforce.rosters import LI, WANG, codes, person, receive, send, write_csv

from tongxin.workforce.models import RosterImport
from tongxin.workforce.roster_actions import apply_roster, map_columns
from tongxin.workforce.roster_answers import roster_answer
from tongxin.workforce.roster_reading import opened

SECRETS = (LI, LI[:-1], WANG, "13812345678", "13912345678", "大砖头")


def everything_in_the_database() -> bytes:
    with connection.cursor() as cursor:
        tables = [name for name in connection.introspection.table_names(cursor) if name != "sqlite_sequence"]
        parts = []
        for table in tables:
            cursor.execute(f"SELECT * FROM {table}")
            for row in cursor.fetchall():
                parts += [value if isinstance(value, bytes) else str(value).encode() for value in row]
    return b"\0".join(parts)


def assert_nothing_personal(found: bytes) -> None:
    for secret in SECRETS:
        assert secret.encode() not in found
        assert secret.encode("gb18030") not in found


@pytest.mark.usefixtures("cast")
def test_no_number_phone_or_cell_is_in_the_database_in_clear(cast):
    send(cast.beta, person(phone="13912345678"))
    roster = send(
        cast.alpha,
        person(phone="13812345678"),
        person(WANG, "王秀英", education="大砖头"),
        actor=cast.reporter_of_alpha,
    )
    send(cast.alpha, person(LI[:-1] + "0" if LI[-1] != "0" else LI[:-1] + "1"))

    assert {code for *_, code in codes(roster)} == {"sent_for_review", "code_unknown"}
    assert "大砖头" in str(roster_answer(roster))
    assert_nothing_personal(everything_in_the_database())


def test_a_file_without_a_header_leaves_no_row_in_clear(cast):
    body = write_csv([person(phone="13812345678"), person(WANG, "王秀英")]).split(b"\r\n", 1)[1]

    roster = send(cast.alpha, body=body)

    assert roster.state == RosterImport.State.REFUSED
    assert LI in str(roster_answer(roster)["errors"][0]["message"])
    assert_nothing_personal(everything_in_the_database())


def test_the_file_that_was_sent_is_kept_encrypted(cast):
    roster = receive(cast.alpha, person(phone="13812345678"))

    assert roster.file is not None
    assert_nothing_personal((Path(settings.TONGXIN_HOME) / "files" / roster.file.path).read_bytes())


def test_an_opened_roster_is_in_memory_alone():
    with opened(b"secret") as path:
        assert path.read_bytes() == b"secret"
        assert path.resolve().parts[1] not in {"tmp", "var", "home"}


def test_remembered_columns_are_used_for_the_next_file_of_the_enterprise(cast):
    body = write_csv([person()]).replace("证件号码".encode(), "身份编码".encode())
    refused = send(cast.alpha, body=body)
    assert refused.refusal["code"] == "columns_missing"

    map_columns(cast.alpha, actor=cast.reporter_of_alpha, mapping={"身份编码": "document_number"})
    read = send(cast.alpha, body=body)
    elsewhere = send(cast.beta, body=body)

    assert (read.n_added, elsewhere.state) == (1, "refused")


def test_a_failure_between_staging_and_storing_leaves_nothing(cast, monkeypatch):
    roster = receive(cast.alpha, person())

    def stop(stage: str, percent: int) -> None:
        if stage == "store":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        apply_roster(roster.pk, progress=stop)

    assert not cast.alpha.employments.exists()
    roster.refresh_from_db()
    assert roster.state == "received"
