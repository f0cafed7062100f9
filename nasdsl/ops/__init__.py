"""The operator table."""

from .base import Attrs, Code, Op, Param, Shape, ShapeError, Value
from .bind import BindError, bind, signature_text
from .table import TABLE, infer, lookup

__all__ = [
    "TABLE",
    "Attrs",
    "BindError",
    "Code",
    "Op",
    "Param",
    "Shape",
    "ShapeError",
    "Value",
    "bind",
    "infer",
    "lookup",
    "signature_text",
]
