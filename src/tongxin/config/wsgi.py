from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongxin.config.settings")
application = get_wsgi_application()

# Only now may models be imported.
from tongxin.config.warming import warm_up  # noqa: E402

warm_up()
