"""Spaces as supernets: the network of all architectures at once, steered by gates. No torch in here."""

from __future__ import annotations

from .ir import Choice, Relaxed
from .relaxing import relax
from .resolve import resolve, taken_by

__all__ = ["Choice", "Relaxed", "relax", "resolve", "taken_by"]
