"""The tables that a roster is prepared in, and how each is taken over."""

from __future__ import annotations

from tongxin.workforce.roster_differences import DATED

PERSON = "JOIN workforce_worker w ON w.document_index = s.document_index"
# The plus keeps SQLite from beginning with all employments of the enterprise, once for every row.
JOB = f"""{PERSON} JOIN workforce_employment e
    ON e.worker_id = w.id AND +e.organisation_id = %(organisation)s AND e.started_on = s.started_on"""
CORRECTED = "name = s.name, sex = s.sex, born_on = s.born_on, education = s.education"

# The order matters: what is closed makes room for what is new, and people come before what they have.
STATEMENTS: tuple[tuple[str, str], ...] = (
    (
        "persons_new",
        """INSERT INTO workforce_worker (document_type, document_sealed, document_index, name, sex, born_on,
               phone_sealed, education, registered_at)
           SELECT document_type, document_sealed, document_index, name, sex, born_on, phone_sealed, education,
               %(now)s
           FROM roster_persons_new""",
    ),
    (
        "persons_changed",
        f"""UPDATE workforce_worker SET {CORRECTED},
                phone_sealed = COALESCE(s.phone_sealed, workforce_worker.phone_sealed)
            FROM roster_persons_changed s WHERE workforce_worker.id = s.worker_id""",
    ),
    (
        "jobs_changed",
        """UPDATE workforce_employment SET ended_on = s.ended_on FROM roster_jobs_changed s
           WHERE workforce_employment.id = s.employment_id""",
    ),
    (
        "jobs_new",
        f"""INSERT INTO workforce_employment (worker_id, organisation_id, started_on, ended_on, agency)
            SELECT w.id, %(organisation)s, s.started_on, s.ended_on, '' FROM roster_jobs_new s {PERSON}""",
    ),
    (
        "states",
        f"""INSERT INTO workforce_employmentstate
                (employment_id, valid_from, post, occupation, form, wage_fen)
            SELECT e.id, s.holds_from, COALESCE(s.post, ''), COALESCE(s.occupation, ''), s.form, s.wage_fen
            FROM roster_states s {JOB} WHERE true
            ON CONFLICT (employment_id, valid_from) DO UPDATE SET post = excluded.post,
                occupation = excluded.occupation, form = excluded.form, wage_fen = excluded.wage_fen""",
    ),
    (
        "certificates_closed",
        """UPDATE workforce_certificate SET held_to = s.held_to FROM roster_certificates_closed s
           WHERE workforce_certificate.id = s.certificate_id""",
    ),
    (
        "certificates_changed",
        """UPDATE workforce_certificate SET number = COALESCE(s.number, ''), issued_on = s.issued_on,
               issuer = COALESCE(s.issuer, ''), held_from = s.held_from
           FROM roster_certificates_changed s WHERE workforce_certificate.id = s.certificate_id""",
    ),
    (
        "certificates_new",
        f"""INSERT INTO workforce_certificate
                (worker_id, organisation_id, grade, number, occupation, issued_on, issuer, held_from)
            SELECT w.id, %(organisation)s, s.grade, COALESCE(s.number, ''), COALESCE(s.occupation, ''),
                s.issued_on, COALESCE(s.issuer, ''), s.held_from
            FROM roster_certificates_new s {PERSON}""",
    ),
    (
        "appointments_lapsed",
        """UPDATE workforce_appointment SET lapses_on = s.lapses_on FROM roster_appointments_lapsed s
           WHERE workforce_appointment.worker_id = s.worker_id
               AND workforce_appointment.organisation_id = %(organisation)s
               AND workforce_appointment.appointed_on BETWEEN s.started_on AND s.ended_on
               AND (workforce_appointment.lapses_on IS NULL
                   OR workforce_appointment.lapses_on > s.lapses_on)""",
    ),
    (
        "appointments_changed",
        """UPDATE workforce_appointment SET number = COALESCE(s.number, ''), appointed_on = s.appointed_on,
               is_day_assumed = (s.is_day_assumed = 1), lapses_on = s.lapses_on
           FROM roster_appointments_changed s WHERE workforce_appointment.id = s.appointment_id""",
    ),
    (
        "appointments_new",
        f"""INSERT INTO workforce_appointment
                (worker_id, organisation_id, grade, number, appointed_on, is_day_assumed, lapses_on)
            SELECT w.id, %(organisation)s, s.grade, COALESCE(s.number, ''), s.appointed_on,
                s.is_day_assumed = 1, s.lapses_on
            FROM roster_appointments_new s {PERSON}""",
    ),
    (
        "memberships_closed",
        """UPDATE workforce_membership SET valid_to = s.member_from FROM roster_memberships_closed s
           WHERE workforce_membership.id = s.membership_id""",
    ),
    (
        "memberships_changed",
        """UPDATE workforce_membership SET valid_from = s.member_from FROM roster_memberships_changed s
           WHERE workforce_membership.id = s.membership_id""",
    ),
    (
        "memberships_new",
        f"""INSERT INTO workforce_membership (worker_id, organisation_id, state, valid_from)
            SELECT w.id, %(organisation)s, s.membership_state, s.member_from
            FROM roster_memberships_new s {PERSON}""",
    ),
    (
        "proposals",
        """INSERT INTO workforce_correctionproposal
               (worker_id, organisation_id, field, value_sealed, state, proposed_at, proposed_by_id)
           SELECT s.worker_id, %(organisation)s, s.field, s.value_sealed, 'open', %(now)s,
               CAST(%(actor)s AS INTEGER)
           FROM roster_proposals s WHERE true
           ON CONFLICT (worker_id, organisation_id, field) WHERE state = 'open'
           DO UPDATE SET value_sealed = excluded.value_sealed, proposed_at = excluded.proposed_at""",
    ),
    (
        "findings",
        """INSERT INTO workforce_rosterfinding
               (roster_import_id, "row", "column", "key", code, is_error, values_sealed)
           SELECT %(roster_import)s, s."row", s."column", s."key", s.code, s.is_error = 1, s.values_sealed
           FROM roster_findings s""",
    ),
    (
        "changes",
        f"""INSERT INTO workforce_rosterchange (roster_import_id, "row", worker_id, outcome, fields)
            SELECT %(roster_import)s, s."row", w.id, s.outcome, s.fields FROM roster_changes s {PERSON}""",
    ),
)

COLUMNS: dict[str, tuple[str, ...]] = {
    "persons_new": (
        "document_type", "document_sealed", "document_index", "name", "sex", "born_on", "phone_sealed",
        "education",
    ),
    "persons_changed": ("worker_id", "name", "sex", "born_on", "education", "phone_sealed"),
    "jobs_changed": ("employment_id", "ended_on"),
    "jobs_new": ("document_index", "started_on", "ended_on"),
    "states": ("document_index", "started_on", "holds_from", *DATED),
    "certificates_closed": ("certificate_id", "held_to"),
    "certificates_changed": ("certificate_id", "number", "issued_on", "issuer", "held_from"),
    "certificates_new": (
        "document_index", "grade", "number", "occupation", "issued_on", "issuer", "held_from",
    ),
    "appointments_changed": ("appointment_id", "number", "appointed_on", "is_day_assumed", "lapses_on"),
    "appointments_new": (
        "document_index", "grade", "number", "appointed_on", "is_day_assumed", "lapses_on",
    ),
    "appointments_lapsed": ("worker_id", "started_on", "ended_on", "lapses_on"),
    "memberships_closed": ("membership_id", "member_from"),
    "memberships_changed": ("membership_id", "member_from"),
    "memberships_new": ("document_index", "membership_state", "member_from"),
    "proposals": ("worker_id", "field", "value_sealed"),
    "findings": ("row", "column", "key", "code", "is_error", "values_sealed"),
    "changes": ("row", "document_index", "outcome", "fields"),
}  # fmt: skip
