"""How the product's own YAML is loaded."""

from __future__ import annotations

import yaml

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The C loader is some ten times as fast; PyYAML without libyaml lacks it."""
