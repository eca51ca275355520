"""For all tests."""

from __future__ import annotations

import signal

signal.signal(signal.SIGINT, signal.default_int_handler)
"""A shell starts what runs in the background deaf to interrupts, and so would be the programs that tests interrupt."""
