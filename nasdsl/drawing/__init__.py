"""Drawings of architectures as SVG: layout.py places boxes and edges, svg.py writes them."""

from .svg import draw_architecture

__all__ = ["draw_architecture"]
