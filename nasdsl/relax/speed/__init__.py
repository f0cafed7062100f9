"""Passes over a relaxed network that leave what it computes as it is and make it faster.

Each is a function of a graph; weights keep their keys. Which of them run, and in which order, is
`faster`.
"""

from __future__ import annotations

from .order import Faster, faster

__all__ = ["Faster", "faster"]
