"""Encodings: the notations of the literature, as declarations of the language.

forms.py says what a declaration means; grammar.py and read.py parse by Lark, scan.py the same
faster; write.py prints; conditions.py checks. `Encoding` is all of it.
"""

from .encoding import Encoding

__all__ = ["Encoding"]
