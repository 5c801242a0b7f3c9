"""Recording a training step once, and replaying it without walking through Python's objects.

Backward rules run on tensors as well as on arrays, so a recorded backward pass is only more operations on the trace
(`trace`). From the trace comes a straight-line program (`program`), a `recording` that is replayed for as long as what it
depends on is as it was (`guards`): by `TrainingStep`, or by a function of the user's (`record`).
"""

from .function import record as record
from .step import TrainingStep as TrainingStep

__all__ = ["TrainingStep", "record"]
