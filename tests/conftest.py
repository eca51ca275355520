"""For all tests."""

from __future__ import annotations

import signal

signal.signal(signal.SIGINT, signal.default_int_handler)
"""Undo a shell's setting for background jobs: they ignore interrupts, so our programs would."""
