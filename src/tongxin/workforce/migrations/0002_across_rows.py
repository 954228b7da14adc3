"""What must never be false across rows, kept by triggers because two writers may pass the same check at once."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


@dataclass(frozen=True)
class Rule:
    """A condition on the row just written (`row`) that must not be; {never} is the end of time."""

    name: str
    table: str
    verbs: tuple[str, ...]
    row: str
    condition: str


def held(worker: str, day: str) -> str:
    return (
        f"EXISTS (SELECT 1 FROM workforce_certificate c WHERE c.worker_id = {worker} "  # own words
        f"AND c.grade = 'senior_technician' AND c.held_from <= {day} "
        f"AND (c.held_to IS NULL OR c.held_to > {day}))"
    )


RULES = (
    Rule(
        "employment_overlaps",
        "workforce_employment",
        ("INSERT", "UPDATE"),
        "NEW",
        "EXISTS (SELECT 1 FROM workforce_employment other WHERE other.worker_id = NEW.worker_id "
        "AND other.organisation_id = NEW.organisation_id AND other.id <> NEW.id "
        "AND other.started_on <= COALESCE(NEW.ended_on, {never}) "
        "AND COALESCE(other.ended_on, {never}) >= NEW.started_on)",
    ),
    Rule(
        "membership_overlaps",
        "workforce_membership",
        ("INSERT", "UPDATE"),
        "NEW",
        "EXISTS (SELECT 1 FROM workforce_membership other WHERE other.worker_id = NEW.worker_id "
        "AND other.organisation_id = NEW.organisation_id AND other.id <> NEW.id "
        "AND other.valid_from < COALESCE(NEW.valid_to, {never}) "
        "AND COALESCE(other.valid_to, {never}) > NEW.valid_from)",
    ),
    Rule(
        "appointment_without_certificate",
        "workforce_appointment",
        ("INSERT", "UPDATE"),
        "NEW",
        f"NOT {held('NEW.worker_id', 'NEW.appointed_on')}",
    ),
    Rule(
        "certificate_carries_appointment",
        "workforce_certificate",
        ("UPDATE", "DELETE"),
        "OLD",
        "OLD.grade = 'senior_technician' AND EXISTS (SELECT 1 FROM workforce_appointment a "  # own words
        f"WHERE a.worker_id = OLD.worker_id AND NOT {held('a.worker_id', 'a.appointed_on')})",
    ),
)


def add_triggers(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    add = add_to_sqlite if schema_editor.connection.vendor == "sqlite" else add_to_postgresql
    for rule in RULES:
        add(rule, schema_editor)


def add_to_sqlite(rule: Rule, schema_editor: BaseDatabaseSchemaEditor) -> None:
    condition = rule.condition.format(never="'9999-12-31'")
    for verb in rule.verbs:
        schema_editor.execute(
            f"CREATE TRIGGER {rule.name}_{verb.lower()} AFTER {verb} ON {rule.table} WHEN {condition} "
            f"BEGIN SELECT RAISE(ABORT, '{rule.name}'); END"
        )


def add_to_postgresql(rule: Rule, schema_editor: BaseDatabaseSchemaEditor) -> None:
    # Writers of one person wait for each other, so that neither misses the other's row.
    condition = rule.condition.format(never="DATE '9999-12-31'")
    schema_editor.execute(
        f"CREATE FUNCTION {rule.name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"PERFORM pg_advisory_xact_lock(4201, hashint8({rule.row}.worker_id)); "
        f"IF {condition} THEN RAISE EXCEPTION '{rule.name}' USING ERRCODE = 'check_violation'; END IF; "
        f"RETURN NULL; END $$"
    )
    schema_editor.execute(
        f"CREATE TRIGGER {rule.name} AFTER {' OR '.join(rule.verbs)} ON {rule.table} "
        f"FOR EACH ROW EXECUTE FUNCTION {rule.name}()"
    )


class Migration(migrations.Migration):
    dependencies = [("workforce", "0001_initial")]
    operations = [migrations.RunPython(add_triggers, migrations.RunPython.noop)]
