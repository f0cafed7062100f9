"""Drawings as SVG, of architectures and of supernets: layout.py places boxes and edges, svg.py writes
them."""

from .svg import draw_architecture

__all__ = ["draw_architecture"]
