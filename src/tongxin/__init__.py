from __future__ import annotations

import os

__version__ = "0.1.0.dev0"

# Arrow reads this when it is first imported. Large arrays come and go, and NumPy makes others: the system's
# allocator gives their memory back at once, and a process that only reads figures stays 50 MB smaller.
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
