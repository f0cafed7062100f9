"""The encodings that come with nasdsl, by name, and what a text of one of them means.

A file `code_NAME.nas` holds a program that reads texts of the encoding NAME: it compiles any of them.
A search space that says `encode NAME = …` reads those that are its members.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from functools import cache

from nasdsl import syntax
from nasdsl.diagnostics import NasError, did_you_mean, fail
from nasdsl.genotype import Genotype
from nasdsl.scope import Setting
from nasdsl.source import load, shipped
from nasdsl.space import Space
from nasdsl.spans import Source

from .encoding import Encoding

_DECLARED = re.compile(r"^encoding\s+(\w+)", re.MULTILINE)
_VIEWED = re.compile(r"^encode\s+(\w+)", re.MULTILINE)
