"""Executors: where trials are evaluated. Each is one module, imported when it is used."""

from __future__ import annotations

from .base import Executor, Job, Result

__all__ = ["Executor", "Job", "Result"]
