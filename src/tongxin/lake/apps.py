from __future__ import annotations

from django.apps import AppConfig


class LakeConfig(AppConfig):
    name = "tongxin.lake"
