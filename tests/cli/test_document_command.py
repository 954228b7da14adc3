"""`tongxin document`: its JSON is a contract, and what it refuses it names."""

from __future__ import annotations

import json
import os
import subprocess
import sys

TEXT = "推進會在杭州召開\n\n會議要求，各地要抓好職工(gong)技能培訓，於2026年6月底前完成調查。\n"


def run(folder, *arguments, status=0):
    done = subprocess.run(
        [sys.executable, "-m", "tongxin", "document", *arguments],
        env=os.environ | {"TONGXIN_HOME": str(folder / "home"), "LANGUAGE_CODE": "en"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == status, (done.stdout, done.stderr)
    assert "Traceback" not in done.stderr
    return done


def test_the_answer_has_the_agreed_names_and_its_offsets_fit(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text(TEXT, encoding="utf-8")

    found = json.loads(run(tmp_path, str(path), "--format", "json").stdout)

    assert {"title", "date", "source", "text", "paragraphs", "removed", "proposals"} <= found.keys()
    (removed,) = found["removed"]
    assert TEXT[removed["start"] : removed["end"]] == removed["text"] == "(gong)"
    assert removed["reason"] == "pinyin"
    for each in found["paragraphs"]:
        assert found["text"][each["start"] : each["end"]].strip()
    first, second = found["proposals"]
    assert first["quote"] == "各地要抓好职工技能培训"
    assert second["quote"] == "于2026年6月底前完成调查"
    assert found["text"][second["start"] : second["end"]] == second["quote"]
    assert (second["deadline"], second["action"], second["object"]) == ("2026-06-30", "完成", "调查")
    assert first["lead"] == ["各地"]
    assert {each["paragraph"] for each in found["proposals"]} == {found["paragraphs"][1]["anchor"]}


def test_what_is_refused_is_named_on_both_outputs(tmp_path):
    path = tmp_path / "text.docx"
    path.write_bytes("职工技能培训".encode("gb18030"))

    done = run(tmp_path, str(path), "--format", "json", status=1)

    message = json.loads(done.stdout)["error"]
    assert message.startswith("The file is text in GB18030 (GBK), not UTF-8 text, DOCX or PDF")
    assert message in done.stderr


def test_a_file_beyond_the_limit_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "large.txt"
    with path.open("wb") as stream:
        stream.truncate(6_000_000)

    assert "at most 5 MB" in run(tmp_path, str(path), status=1).stderr


def test_for_people_the_proposals_are_a_table(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text(TEXT, encoding="utf-8")

    done = run(tmp_path, str(path))

    assert "推进会在杭州召开" in done.stdout
    assert "2026-06-30" in done.stdout
    assert "2 paragraphs, 1 removals, 2 proposals." in done.stderr
