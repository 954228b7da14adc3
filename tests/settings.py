"""The product's settings over a home of the tests' own: nothing of a developer's home is touched."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

os.environ["TONGXIN_HOME"] = tempfile.mkdtemp(prefix="tongxin-tests-")
os.environ["TONGXIN_PLAIN_STATIC"] = "true"
atexit.register(shutil.rmtree, os.environ["TONGXIN_HOME"], ignore_errors=True)

from tongxin.config.settings import *  # noqa: F403

# Argon2 is slow by design; what the tests check is not the hash.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# WhiteNoise warns of a folder that is not there; in tests the files come from the finders.
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405
