"""Every kind of finding: everything that can be wrong with, or strange about, a row that was read.

An error keeps its row out; a warning lets it in. Messages are English with named places and are translated
where they are shown; `found` is the cell as sent. Listed for readers in `docs/import-errors.md`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tongxin.containers.marking import gettext_noop as _

ERROR = "error"
WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    """A kind of finding: its code, severity, message with named places, and what to do."""

    code: str
    severity: str
    message: str
    remedy: str


def _error(code: str, message: str, remedy: str) -> Finding:
    return Finding(code, ERROR, message, remedy)


def _warning(code: str, message: str, remedy: str) -> Finding:
    return Finding(code, WARNING, message, remedy)


_ALL = (
    # Any cell
    _error("required", _("This cell must be filled in."), _("Fill it in.")),
    _error(
        "cell_error",
        _("The cell shows the error %(found)s."),
        _("Repair the formula, or write the value itself."),
    ),
    _error(
        "formula_without_value",
        _("The cell holds the formula %(found)s without a stored result."),
        _("Open and save the file in a spreadsheet program, or write the value itself."),
    ),
    _error(
        "digits_lost",
        _("The spreadsheet turned a long number into %(found)s: its last digits are lost."),
        _("Set the cell to text and type the whole number again."),
    ),
    _error(
        "too_long",
        _("The text has %(length)s characters; at most %(limit)s are kept."),
        _("Shorten it."),
    ),
    _error(
        "code_unknown",
        _("“%(found)s” is not in the list of this column."),
        _("Choose from the list, perhaps “%(nearest)s”."),
    ),
    # Dates
    _error(
        "date_unreadable",
        _("“%(found)s” cannot be read as a date."),
        _("Write year, month and day, such as 2024-03-01."),
    ),
    _error(
        "date_ambiguous",
        _("“%(found)s” can be two different days."),
        _("Write the year first, such as 2024-03-01."),
    ),
    _error(
        "date_impossible",
        _("There is no such day as “%(found)s”, or it lies outside the years 1900 to 2100."),
        _("Correct the date."),
    ),
    _error("date_in_future", _("The date %(found)s lies after today (%(today)s)."), _("Correct the date.")),
    _error(
        "ended_before_started",
        _("The employment ends on %(found)s, before it begins (%(started_on)s)."),
        _("Correct one of the two dates."),
    ),
    _error(
        "before_sixteen",
        _("On %(found)s the person, born on %(born_on)s, was not yet 16 years old."),
        _("Correct this date or the birth date."),
    ),
    # The person
    _error(
        "name_unreadable",
        _("“%(found)s” cannot be a person's name."),
        _("Write the name as on the document, without digits or signs."),
    ),
    _error(
        "identity_fifteen_digits",
        _("The identity number has the 15 digits of the first generation, which are no longer valid."),
        _("Write the 18-digit number of the present card."),
    ),
    _error(
        "identity_length",
        _("An identity number has 18 characters, this one has %(length)s."),
        _("Compare it with the card."),
    ),
    _error(
        "identity_character",
        _("An identity number has 17 digits and a last digit or X; “%(found)s” has something else."),
        _("Compare it with the card."),
    ),
    _error(
        "identity_birth_date",
        _("The birth date inside the identity number (%(digits)s) does not exist."),
        _("Compare it with the card."),
    ),
    _error(
        "identity_check_digit",
        _("The identity number's check digit is wrong: at least one character is mistyped."),
        _("Compare it with the card."),
    ),
    _error(
        "document_number_invalid",
        _("“%(found)s” cannot be a document number: 5 to 20 letters and digits are expected."),
        _("Compare it with the document, and the document type too."),
    ),
    _error(
        "sex_contradicts_number",
        _("The sex “%(found)s” contradicts the identity number."),
        _("Correct one of the two, or leave the sex blank: it follows from the number."),
    ),
    _error(
        "birth_contradicts_number",
        _("The birth date %(found)s contradicts the identity number (%(expected)s)."),
        _("Correct one of the two, or leave the birth date blank: it follows from the number."),
    ),
    _error(
        "phone_invalid",
        _("“%(found)s” is not a mobile number: 11 digits beginning with 13 to 19 are expected."),
        _("Correct it or leave it blank."),
    ),
    _error(
        "credit_code_invalid",
        _("“%(found)s” is not a correct unified social credit code."),
        _("Correct it or leave it blank."),
    ),
    _error(
        "credit_code_of_another",
        _("The code %(found)s is not that of the sending unit (%(expected)s)."),
        _("Send only your own people; correct the code or leave it blank."),
    ),
    # Certificate
    _error(
        "certificate_number_invalid",
        _("A certificate number has 22 characters (Y or S, 14 digits, grade, 6 digits), unlike “%(found)s”."),
        _("Compare it with the certificate."),
    ),
    _error(
        "certificate_contradicts_grade",
        _("The certificate number %(found)s belongs to another grade than “%(grade)s”."),
        _("In the 16th place 5 is the lowest grade (junior) and 1 the highest; correct number or grade."),
    ),
    _error(
        "grade_missing",
        _("There is a certificate number but no grade, and the number does not tell it."),
        _("Fill in the grade."),
    ),
    _error(
        "certificate_for_apprentice",
        _("The grade “%(grade)s” has no certificate, but the number %(found)s is given."),
        _("Correct the grade or remove the number."),
    ),
    # Membership, wage
    _error(
        "joined_without_membership",
        _("The person is said to be no member, but joined the union on %(found)s."),
        _("Correct the membership, or remove the date."),
    ),
    _error("wage_unreadable", _("“%(found)s” is not an amount in yuan."), _("Write digits only.")),
    _error("wage_negative", _("The wage %(found)s is negative."), _("Correct the amount.")),
    # Across rows
    _error(
        "employment_twice",
        _("The same person and entry date stand in several rows: %(rows)s."),
        _("Keep one of these rows."),
    ),
    _error(
        "person_contradicts_row",
        _("The same document number has another value here than in other rows (%(rows)s)."),
        _("Make name, sex and birth date agree in all rows of the person."),
    ),
    _error(
        "certificate_of_two_people",
        _("The certificate number %(found)s stands with different people in rows %(rows)s."),
        _("Correct the numbers."),
    ),
    _error(
        "certificate_contradicts_row",
        _("The certificate %(found)s has another grade, date or issuer in rows %(rows)s."),
        _("Make the rows agree."),
    ),
    # Against the registry
    _error(
        "employment_overlaps",
        _("The employment overlaps another one of the same person at this enterprise."),
        _("Give the earlier one its end date, or correct the entry date."),
    ),
    _error(
        "certificate_of_another",
        _("This certificate number is registered for another person."),
        _("Compare it with the certificate; if it is right, ask the coordination office for a review."),
    ),
    _error(
        "appointment_without_certificate",
        _("An appointment to grade 7 or 8 needs a senior technician's certificate held before it."),
        _("Send the senior technician's certificate first, or correct the date of the appointment."),
    ),
    _error(
        "appointment_after_employment",
        _("The appointment begins after the employment has ended."),
        _("Correct the date of the appointment or the last day."),
    ),
    # Warnings
    _warning(
        "sent_for_review",
        _("The personal particulars differ from those on record; the change was sent for review."),
        _("Nothing; the record changes when a reviewer accepts it."),
    ),
    _warning(
        "grade_below_certificate",
        _("The grade is below the highest certificate on record; the record stays as it is."),
        _("Leave the grade blank, or write the highest one."),
    ),
    _warning(
        "appointment_lapsed",
        _("This appointment has lapsed; the record stays as it is."),
        _("Leave the grade blank, or write the date of the new appointment."),
    ),
    _warning(
        "column_unknown",
        _("The column “%(found)s” is not known and was not read."),
        _("Nothing, if it is your own; otherwise say which column it is."),
    ),
    _warning(
        "sheet_ignored",
        _("The sheet “%(found)s” has a header too, but only “%(sheet)s” was read."),
        _("Send its rows in a file of their own if they belong here."),
    ),
    _warning(
        "merged_sideways",
        _("The cell is merged with the one to its left; “%(found)s” counts for that one alone."),
        _("Unmerge the cells and fill in each of them."),
    ),
    _warning(
        "division_unknown",
        _("The division %(division)s in the identity number is not known for the birth date."),
        _("Compare the number with the card; keep it if it is right."),
    ),
    _warning(
        "hired_before_registration",
        _("The entry date %(found)s lies before the enterprise was registered (%(registered_on)s)."),
        _("Check the date; keep it if the person came from a predecessor."),
    ),
    _warning(
        "ended_in_future",
        _("The employment is said to end in the future (%(found)s)."),
        _("Write an end date only when the person has left, not the end of the contract."),
    ),
    _warning(
        "age_unusual", _("The person was %(age)s years old when hired (%(found)s)."), _("Check both dates.")
    ),
    _warning(
        "phone_unusual",
        _("“%(found)s” is a landline or foreign number, not a mobile number."),
        _("Write a mobile number if there is one."),
    ),
    _warning(
        "certificate_number_unusual",
        _("The certificate number %(found)s is of an unknown form."),
        _("Compare it with the certificate; keep it if it is right."),
    ),
    _warning(
        "certificate_undated",
        _("The grade has neither certificate number nor date."),
        _("Add the number or the date, so that the certificate can be recorded."),
    ),
    _warning(
        "certificate_without_grade",
        _("Issue date or issuer are given without a grade and were not kept."),
        _("Fill in the grade and the certificate number."),
    ),
    _warning(
        "membership_assumed",
        _("The membership is blank; because of the date %(found)s the person is taken for a member."),
        _("Fill in the membership."),
    ),
    _warning(
        "wage_implausible",
        _("A monthly wage of %(found)s is unusual."),
        _("Check the amount: it is in yuan a month, not a year, and not in thousands."),
    ),
)

FINDINGS: Mapping[str, Finding] = {finding.code: finding for finding in _ALL}
