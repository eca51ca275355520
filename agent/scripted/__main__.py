"""`python -m agent.scripted`: run a command against a scripted model."""

import sys

from .server import main

sys.exit(main())
