from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tongxin.files.vault import decrypt, encrypt
from tongxin.organisations.models import Organisation

LONGEST_TEXT = 4000


class Notice(models.Model):
    """Something that somebody has to know, on their page of notices: unread → read."""

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, blank=True, related_name="+")
    """The unit that it is about."""
    kind = models.CharField(max_length=64)
    title = models.CharField(_("title"), max_length=200)
    text = models.TextField(_("text"), blank=True)
    link = models.CharField(max_length=500)
    """Where it leads to: a path of this site."""
    key = models.CharField(max_length=200)
    """What it is known by: the same is never told twice to the same person."""
    made_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-made_at", "-pk"]
        indexes = [
            models.Index(fields=["recipient", "-made_at"], name="notice_newest_first"),
            models.Index(fields=["recipient"], condition=Q(read_at=None), name="notice_unread"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["recipient", "key"], name="notice_told_once"),
            models.CheckConstraint(
                condition=Q(link__startswith="/") & ~Q(link__startswith="//"),
                name="notice_leads_into_the_site",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        if not self.link.startswith("/") or self.link.startswith("//"):
            message = _("A notice leads to a page of this site, written from “/” on, and not to “%(link)s”.")
            raise ValidationError({"link": message % {"link": self.link}})
        if len(self.text) > LONGEST_TEXT:
            message = _(
                "The text has %(found)d characters; a notice has room for %(most)d. Say more on the page."
            )
            raise ValidationError({"text": message % {"found": len(self.text), "most": LONGEST_TEXT}})


class Webhook(models.Model):
    """An address outside to which what concerns a unit is posted. Address and secret are kept sealed.

    The address of a chat robot holds the token that lets anybody post in its name, so it is a secret too.
    """

    class Form(models.TextChoices):
        GENERIC = "generic", _("JSON with a signature")
        WECOM = "wecom", _("WeCom robot")
        DINGTALK = "dingtalk", _("DingTalk robot")
        FEISHU = "feishu", _("Feishu robot")

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="webhooks")
    name = models.CharField(_("name"), max_length=100)
    form = models.CharField(_("form"), max_length=10, choices=Form)
    host = models.CharField(_("host"), max_length=255)
    address_sealed = models.BinaryField(_("new address"))
    secret_sealed = models.BinaryField(_("new secret"), blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="webhook_named_once"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def url(self) -> str:
        return decrypt(bytes(self.address_sealed), context="webhook.url").decode()

    @property
    def secret(self) -> str:
        return (
            decrypt(bytes(self.secret_sealed), context="webhook.secret").decode()
            if self.secret_sealed
            else ""
        )

    def seal_url(self, url: str) -> None:
        self.address_sealed = encrypt(url.encode(), context="webhook.url")

    def seal_secret(self, secret: str) -> None:
        self.secret_sealed = encrypt(secret.encode(), context="webhook.secret")


class Delivery(models.Model):
    """One message on its way out: waiting → sent, or failed when the last attempt has been made.

    It is claimed before it is sent: `attempts` rises and `next_try_at` is put off. Where the process dies
    after that, it is sent again later: a message arrives at least once, and may arrive twice.
    """

    class Channel(models.TextChoices):
        MAIL = "mail", _("mail")
        WEBHOOK = "webhook", _("webhook")

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")

    class Error(models.TextChoices):
        ADDRESS = "address", _("The address is not allowed: it must be https, and its host public.")
        KEY = "key", _("Its address or secret does not open with the key of this home; enter both anew.")
        UNREACHABLE = "unreachable", _("The other side could not be reached.")
        TIMEOUT = "timeout", _("No answer came in time.")
        STATUS = "status", _("The other side did not take the message.")
        ROBOT = "robot", _("The robot refused the message.")
        MAIL = "mail", _("The mail server refused the message.")
        RECIPIENT = "recipient", _("The recipient's account is closed or has no email address any more.")
        SWITCHED_OFF = "switched_off", _("The webhook was switched off.")
        INTERRUPTED = "interrupted", _("The process ended while sending, again and again.")
        UNEXPECTED = "unexpected", _("The message could not be made; the log of the worker says why.")

    channel = models.CharField(max_length=8, choices=Channel)
    notice = models.ForeignKey(Notice, models.CASCADE, null=True, blank=True, related_name="deliveries")
    webhook = models.ForeignKey(Webhook, models.CASCADE, null=True, blank=True, related_name="deliveries")
    payload = models.JSONField(default=dict, blank=True)
    key = models.CharField(max_length=255, unique=True)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField(default=timezone.now)
    next_try_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=16, choices=Error, blank=True)
    detail = models.CharField(max_length=300, blank=True)
    """What the other side said, or the system."""

    class Meta:
        ordering = ["-pk"]
        verbose_name_plural = "deliveries"
        indexes = [
            models.Index(fields=["next_try_at"], condition=Q(state="waiting"), name="delivery_due"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(channel="mail", webhook=None, notice__isnull=False)
                | Q(channel="webhook", notice=None, webhook__isnull=False),
                name="delivery_has_a_channel",
            ),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False) | (~Q(state="sent") & Q(sent_at=None)),
                name="delivery_sent_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return self.key
