"""Sending mail: one connection for all that is due."""

from __future__ import annotations

import smtplib
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from tongxin.notices.models import Delivery, Notice
from tongxin.notices.posting import SendingError
from tongxin.notices.wire import text_of

SERVER_ERRORS = (
    smtplib.SMTPServerDisconnected,
    smtplib.SMTPConnectError,
    smtplib.SMTPHeloError,
    smtplib.SMTPAuthenticationError,
    smtplib.SMTPNotSupportedError,
    smtplib.SMTPSenderRefused,
)
"""The server itself cannot be used, so that no other mail would get through now."""


def open_mail() -> BaseEmailBackend:
    connection: BaseEmailBackend = get_connection()
    return connection


def send_mail(delivery: Delivery, connection: BaseEmailBackend) -> None:
    """Send a notice to its recipient, under the same identifier each time: who gets it twice can tell."""
    notice = delivery.notice
    if notice is None or not notice.recipient.is_active or not notice.recipient.email:
        raise SendingError(Delivery.Error.RECIPIENT)
    try:
        connection.open()
        _message(notice, delivery.pk, connection).send()
    except smtplib.SMTPException as error:
        raise SendingError(
            Delivery.Error.MAIL, _said(error), is_general=isinstance(error, SERVER_ERRORS)
        ) from None
    except OSError as error:
        raise SendingError(Delivery.Error.UNREACHABLE, str(error), is_general=True) from None


def _message(notice: Notice, number: int, connection: BaseEmailBackend) -> EmailMessage:
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    payload = {"title": notice.title, "text": notice.text, "link": notice.link}
    return EmailMessage(
        # A line break would begin another header.
        subject=" ".join(notice.title.split()),
        body=text_of(payload),
        to=[notice.recipient.email],
        headers={"Message-ID": f"<notice.{number}.{notice.made_at:%Y%m%d%H%M%S}@{domain}>"},
        connection=connection,
    )


def _said(error: smtplib.SMTPException) -> str:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return "; ".join(_reply(*reply) for reply in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        return _reply(error.smtp_code, error.smtp_error)
    return f"{type(error).__name__}: {error}"


def _reply(code: int, text: bytes | str) -> str:
    return f"{code} {text.decode(errors='replace') if isinstance(text, bytes) else text}"
