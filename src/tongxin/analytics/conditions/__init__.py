"""One condition, four readings: compiled, interpreted, explained, written out as a sentence."""

from __future__ import annotations
