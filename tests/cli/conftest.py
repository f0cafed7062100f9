"""The databases of the tests of studies, for those of the command line."""

from tests.study.conftest import server

__all__ = ["server"]
