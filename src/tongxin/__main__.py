from __future__ import annotations

from tongxin.cli.main import main

main()
