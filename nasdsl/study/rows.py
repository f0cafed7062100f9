"""What a store holds, as values: the study, and its trials; and their way to columns and back.

Reading trusts nothing: a store may come from a stranger. JSON is parsed and its form is checked.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nasdsl.diagnostics import fail

if TYPE_CHECKING:
    import sqlalchemy as sa

Option = str | float
_encode = json.JSONEncoder(separators=(",", ":")).encode
STATES = "pending", "done", "failed", "infeasible"


@dataclass(frozen=True, slots=True)
class StudyInfo:
    """What a study is about. `sources` are the texts of the space's files by relative path."""

    name: str
    space: str
    space_hash: str
    settings: Mapping[str, Any]
    seed: int
    sources: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, Any] = field(default_factory=dict)
    created: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A trial as stored: the genotype as text.

    asked: how many trials were told when the strategy was asked for it, None if it never was (it
    comes from another study). told: its place among those told. ready: when it may begin again.
    """

    number: int
    genotype: str
    state: str
    seed: int
    values: tuple[float, ...] = ()
    metrics: Mapping[str, float] = field(default_factory=dict)
    params: int | None = None
    macs: int | None = None
    started: float | None = None
    finished: float | None = None
    duration: float = 0.0
    reason: str = ""
    decisions: Mapping[str, Option] = field(default_factory=dict)
    space_hash: str = ""
    budget: Mapping[str, float] = field(default_factory=dict)
    curve: tuple[Mapping[str, float], ...] = ()
    asked: int | None = None
    told: int | None = None
    worker: str | None = None
    attempts: int = 0
    ready: float | None = None


def to_columns(study: int, row: Row) -> dict[str, Any]:
    """The values of a row of the table."""
    return {
        "study": study,
        "number": row.number,
        "genotype": row.genotype,
        "decisions": _dump(row.decisions),
        "space_hash": row.space_hash,
        "state": row.state,
        "seed": row.seed,
        "budget": _dump(row.budget),
        "objectives": _dump(row.values),
        "metrics": _dump(row.metrics),
        "curve": _dump(row.curve),
        "params": row.params,
        "macs": row.macs,
        "asked": row.asked,
        "told": row.told,
        "started": row.started,
        "finished": row.finished,
        "duration": row.duration,
        "reason": row.reason,
        "worker": row.worker,
        "attempts": row.attempts,
        "ready": row.ready,
    }


def from_columns(found: sa.RowMapping) -> Row:
    """A trial; NAS571 if it is not what nasdsl writes."""
    try:
        if found["state"] not in STATES:
            raise ValueError(f"no state `{found['state']}`")
        return Row(
            number=_whole(found["number"]),
            genotype=_text(found["genotype"]),
            state=found["state"],
            seed=_whole(found["seed"]),
            values=tuple(map(_real, _load(found["objectives"], list))),
            metrics=_numbers(_load(found["metrics"], dict)),
            params=_maybe(found["params"], _whole),
            macs=_maybe(found["macs"], _whole),
            started=_maybe(found["started"], _real),
            finished=_maybe(found["finished"], _real),
            duration=_real(found["duration"]),
            reason=_text(found["reason"]),
            decisions={k: _option(v) for k, v in _load(found["decisions"], dict).items()},
            space_hash=_text(found["space_hash"]),
            budget=_numbers(_load(found["budget"], dict)),
            curve=tuple(_numbers(epoch) for epoch in _load(found["curve"], list)),
            asked=_maybe(found["asked"], _whole),
            told=_maybe(found["told"], _whole),
            worker=_maybe(found["worker"], _text),
            attempts=_whole(found["attempts"]),
            ready=_maybe(found["ready"], _real),
        )
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        message = f"trial {found['number']!r} of the store is damaged: {error}"
        raise fail("NAS571", message, help="nasdsl did not write it so") from None


def info_columns(info: StudyInfo) -> dict[str, Any]:
    return {
        "name": info.name,
        "space": info.space,
        "space_hash": info.space_hash,
        "sources": json.dumps(dict(info.sources)),
        "params": json.dumps(dict(info.params)),
        "settings": json.dumps(dict(info.settings)),
        "seed": info.seed,
        "created": info.created,
    }


def info_from(found: sa.RowMapping) -> StudyInfo:
    """A study; NAS571 if it is not what nasdsl writes."""
    try:
        return StudyInfo(
            name=_text(found["name"]),
            space=_text(found["space"]),
            space_hash=_text(found["space_hash"]),
            settings=_load(found["settings"], dict),
            seed=_whole(found["seed"]),
            sources={k: _text(v) for k, v in _load(found["sources"], dict).items()},
            params=_load(found["params"], dict),
            created=_text(found["created"]),
        )
    except (ValueError, TypeError, RecursionError) as error:
        message = f"the study is damaged: {error}"
        raise fail("NAS571", message, help="nasdsl did not write it so") from None


def _dump(value: object) -> str:
    if not value:
        return "[]" if isinstance(value, tuple) else "{}"
    if isinstance(value, Mapping):
        value = dict(value)
    return _encode(value)


def _load(text: object, kind: type) -> Any:
    found = json.loads(_text(text))
    if not isinstance(found, kind):
        raise TypeError(f"a {kind.__name__} is expected, this is {text!r:.60}")
    return found


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"a text is expected, this is {value!r:.60}")
    return value


def _option(value: object) -> Option:
    return value if isinstance(value, str) else _real(value)


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"a whole number is expected, this is {value!r:.60}")
    return value


def _real(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"a number is expected, this is {value!r:.60}")
    return float(value)


def _maybe(value: object, read: Any) -> Any:
    return None if value is None else read(value)


def _numbers(found: Any) -> dict[str, float]:
    return {str(key): _real(value) for key, value in found.items()}
