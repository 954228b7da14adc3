from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

# What must never be false across rows, or change at all, is held by triggers: constraints cannot say it.
TRIGGERS = {
    "appointment_without_certificate": "workforce_appointment",
    "audit_no": "audit_logentry",
    "certificate_carries_appointment": "workforce_certificate",
    "definition_no_update": "figures_definitionversion",
    "employment_overlaps": "workforce_employment",
    "membership_overlaps": "workforce_membership",
}
SQLITE = "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'"
POSTGRESQL = "SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal"


@pytest.fixture
def ours() -> MigrationLoader:
    return MigrationLoader(None)


@pytest.mark.django_db
def test_the_migrations_say_what_the_models_say():
    call_command("makemigrations", check=True, dry_run=True, verbosity=3)


def test_migrations_are_one_line_in_every_app(ours):
    assert ours.detect_conflicts() == {}


def test_every_migration_has_a_name_that_says_what_it_does(ours):
    nameless = [
        f"{app}.{name}"
        for (app, name), migration in ours.disk_migrations.items()
        if migration.__module__.startswith("tongxin.") and "_auto_" in name
    ]

    assert nameless == []


@pytest.mark.django_db
def test_a_migrated_database_holds_the_triggers():
    with connection.cursor() as cursor:
        cursor.execute(SQLITE if connection.vendor == "sqlite" else POSTGRESQL)
        # Those that log changes for the lake are many; tests of the lake know them.
        found = {name: table for name, table in cursor.fetchall() if not name.startswith("lake_")}

    held = {kind: table for kind in TRIGGERS for name, table in found.items() if name.startswith(kind)}
    assert held == TRIGGERS
    assert all(name.startswith(tuple(TRIGGERS)) for name in found)
