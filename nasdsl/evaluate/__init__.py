"""Evaluation of the syntax tree: shared by the elaborator (choices stay open) and the builder."""

from nasdsl import syntax

from .basic import EVALUATE_BASIC
from .call import EVALUATE_CALL
from .choice import EVALUATE_CHOICE
from .flow import EVALUATE_FLOW
from .lists import eval_index, eval_slice
from .machine import EVALUATORS
from .records import EVALUATE_RECORDS
from .statements import eval_graph

EVALUATORS.update(EVALUATE_BASIC)
EVALUATORS.update(EVALUATE_CHOICE)
EVALUATORS.update(EVALUATE_CALL)
EVALUATORS.update(EVALUATE_RECORDS)
EVALUATORS.update(EVALUATE_FLOW)
EVALUATORS.update({syntax.Index: eval_index, syntax.Slice: eval_slice, syntax.Graph: eval_graph})
