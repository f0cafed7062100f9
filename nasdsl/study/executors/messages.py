"""What passes between a search and its worker processes: JSON, so that nothing is unpickled."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from nasdsl.diagnostics import Diagnostic, NasError
from nasdsl.strategies import Trial
from nasdsl.study.config import SearchConfig
from nasdsl.study.rows import StudyInfo
from nasdsl.study.setup import make_task, stored_space
from nasdsl.study.task import Task

from .base import Job


@dataclass(frozen=True, slots=True)
class Setup:
    """What a worker process needs to know before its first trial. memory: bytes a trial may take."""

    info: StudyInfo
    memory: int | None = None

    def dump(self) -> str:
        return json.dumps({"info": asdict(self.info), "memory": self.memory})

    @classmethod
    def load(cls, text: str) -> Setup:
        found = json.loads(text)
        return cls(StudyInfo(**found["info"]), found["memory"])

    def task(self) -> Task:
        return make_task(stored_space(self.info), SearchConfig.model_validate(self.info.settings))


def dump_job(job: Job) -> str:
    return json.dumps({"number": job.number, "genotype": job.genotype, "seed": job.seed})


def perform(task: Task, message: str) -> dict[str, Any]:
    """Evaluate the job of a message: its trial, or the mistakes of the set-up."""
    job = json.loads(message)
    try:
        trial = task.perform(job["number"], task.space.read(job["genotype"]), job["seed"])
    except NasError as error:
        return {"mistakes": dump_mistakes(error)}
    return {
        "trial": {
            "state": trial.state,
            "values": trial.values,
            "metrics": dict(trial.metrics),
            "seed": trial.seed,
            "duration": trial.duration,
            "reason": trial.reason,
            "curve": [dict(epoch) for epoch in trial.curve],
        }
    }


def load_trial(task: Task, job: Job, found: Mapping[str, Any]) -> Trial:
    """The trial of an answer to a job; NasError if it tells of mistakes."""
    if "mistakes" in found:
        raise load_mistakes(found["mistakes"])
    facts = dict(found["trial"])
    facts["values"], facts["curve"] = tuple(facts["values"]), tuple(facts["curve"])
    return Trial(job.number, task.space.read(job.genotype), **facts)


def dump_mistakes(error: NasError) -> list[dict[str, str]]:
    return [{"code": d.code, "message": d.message, "help": d.help or ""} for d in error.diagnostics]


def load_mistakes(found: list[dict[str, str]]) -> NasError:
    return NasError([Diagnostic(m["code"], m["message"], help=m["help"]) for m in found])
