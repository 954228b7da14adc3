"""How a message is written for each kind of receiver, and how its answer is read."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote_plus

from django.conf import settings

from tongxin.notices.models import Webhook

CHAT_BYTES = {Webhook.Form.WECOM: 2048, Webhook.Form.DINGTALK: 16_000, Webhook.Form.FEISHU: 16_000}
"""Longer texts are refused: WeCom says so exactly, the others allow some 20 kB with all around it."""
HEADERS = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "Tongxin"}


@dataclass(frozen=True)
class Request:
    """What is posted, and where."""

    url: str
    headers: dict[str, str]
    body: bytes


def absolute(link: str) -> str:
    """Return a path with the address of this site before it, if that is known."""
    return f"{settings.TONGXIN_BASE_URL}{link}"


def text_of(payload: Mapping[str, Any]) -> str:
    """Write a message as plain text; a link only where it leads somewhere outside this site's pages."""
    link = absolute(payload["link"]) if settings.TONGXIN_BASE_URL else ""
    return "\n".join(part for part in (payload["title"], payload["text"], link) if part)


def write_request(
    form: str, url: str, secret: str, payload: Mapping[str, Any], *, number: int, now: datetime
) -> Request:
    """Write a message in the form of its receiver, signed; `number` is the same however often it is sent."""
    seconds = int(now.timestamp())
    if form == Webhook.Form.GENERIC:
        return _write_generic(url, secret, payload, number, now)
    text = shorten(text_of(payload), CHAT_BYTES[Webhook.Form(form)])
    content: dict[str, Any] = {"msgtype": "text", "text": {"content": text}}
    if form == Webhook.Form.FEISHU:
        content = {"msg_type": "text", "content": {"text": text}}
        if secret:
            content = {"timestamp": str(seconds), "sign": sign_feishu(secret, seconds), **content}
    if form == Webhook.Form.DINGTALK and secret:
        url += ("&" if "?" in url else "?") + sign_dingtalk(secret, int(now.timestamp() * 1000))
    return Request(url, dict(HEADERS), _as_json(content))


def _write_generic(url: str, secret: str, payload: Mapping[str, Any], number: int, now: datetime) -> Request:
    content = {
        "id": number,
        **payload,
        "link": absolute(payload["link"]),
        "sent_at": now.isoformat(timespec="seconds"),
    }
    body = _as_json(content)
    timestamp = str(int(now.timestamp()))
    headers = {"X-Tongxin-Timestamp": timestamp, "X-Tongxin-Signature": sign_generic(secret, timestamp, body)}
    return Request(url, {**HEADERS, **headers}, body)


def sign_generic(secret: str, timestamp: str, body: bytes) -> str:
    return f"sha256={hmac.new(secret.encode(), timestamp.encode() + b'.' + body, hashlib.sha256).hexdigest()}"


def sign_dingtalk(secret: str, milliseconds: int) -> str:
    """Sign as DingTalk asks for it: in the address, keyed with the secret, over time and secret."""
    digest = hmac.digest(secret.encode(), f"{milliseconds}\n{secret}".encode(), "sha256")
    return f"timestamp={milliseconds}&sign={quote_plus(base64.b64encode(digest))}"


def sign_feishu(secret: str, seconds: int) -> str:
    """Sign as Feishu asks for it: keyed with time and secret, over nothing."""
    digest = hmac.digest(f"{seconds}\n{secret}".encode(), b"", "sha256")
    return base64.b64encode(digest).decode()


def shorten(text: str, limit: int) -> str:
    """Cut a text that has more bytes than that, between two characters."""
    body = text.encode()
    if len(body) <= limit:
        return text
    mark = "\N{HORIZONTAL ELLIPSIS}"
    return body[: limit - len(mark.encode())].decode(errors="ignore") + mark


def refusal_in(body: bytes) -> str | None:
    """Return why a robot refused a message, None if it took it: it answers 200 in either case."""
    try:
        answer = json.loads(body)
        code = next(answer[name] for name in ("errcode", "code", "StatusCode") if name in answer)
    except (ValueError, TypeError, StopIteration):
        return body[:200].decode(errors="replace")
    if code == 0:
        return None
    said = next((answer[name] for name in ("errmsg", "msg", "StatusMessage") if name in answer), "")
    return f"{code} {said}".strip()


def _as_json(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
