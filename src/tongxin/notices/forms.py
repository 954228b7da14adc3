"""Forms about webhooks."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from tongxin.notices.models import Webhook

MASKED = {"autocomplete": "off", "spellcheck": "false"}


class NewWebhookForm(forms.Form):
    """A webhook to be added."""

    name = forms.CharField(
        label=_("Name of the webhook"),
        max_length=100,
        help_text=_("Such as the name of the chat group that reads it."),
    )
    form = forms.ChoiceField(label=_("Receiver"), choices=Webhook.Form.choices)
    url = forms.CharField(
        label=_("Address"),
        max_length=500,
        help_text=_(
            "As the robot or the receiving system shows it. It is kept encrypted and never shown again."
        ),
        widget=forms.TextInput(attrs=MASKED),
    )
    secret = forms.CharField(
        label=_("Secret"),
        required=False,
        max_length=200,
        help_text=_(
            "DingTalk and Feishu: the secret for signatures, where the robot asks for it. JSON: leave it "
            "empty for a new one."
        ),
        widget=forms.TextInput(attrs=MASKED),
    )


class WebhookForm(forms.Form):
    """What may be changed of a webhook."""

    name = forms.CharField(label=_("Name of the webhook"), max_length=100)
    is_active = forms.BooleanField(label=_("Send messages"), required=False)
    url = forms.CharField(
        label=_("New address"),
        required=False,
        max_length=500,
        help_text=_("Empty to keep the present one."),
        widget=forms.TextInput(attrs=MASKED),
    )
    secret = forms.CharField(
        label=_("New secret"),
        required=False,
        max_length=200,
        help_text=_("Empty to keep the present one."),
        widget=forms.TextInput(attrs=MASKED),
    )

    def __init__(self, *args: object, webhook: Webhook, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        if webhook.form == Webhook.Form.WECOM:
            del self.fields["secret"]
