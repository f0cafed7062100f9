"""Weight sharing and relaxation: methods that train one supernet of a space and derive genotypes.

A method owns the architecture parameters, turns them into gates at each step (nasdsl.oneshot.gates),
and derives. The engine (nasdsl.oneshot.engine) is what they share: data, schedules, checkpoints.
"""
