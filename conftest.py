"""Let the tests run from a bare checkout, where compiler/ and its neighbours stand beside nasdsl/."""

from pathlib import Path

import nasdsl

nasdsl.__path__.append(str(Path(__file__).parent))
