"""Encodings: the notations of the literature, as declarations of the language.

forms.py says what a declaration means; grammar.py and read.py parse by Lark, scan.py the same
faster; write.py prints; conditions.py checks. `Encoding` is all of it, declared.py those of
a program, library.py those that come with nasdsl.
"""

from .declared import encoding_mistakes, encodings_of
from .encoding import Encoding

__all__ = ["Encoding", "encoding_mistakes", "encodings_of"]
