"""Recording a training step once, and replaying it without walking through Python's objects.

Backward rules run on tensors as well as on arrays, so a recorded backward pass is only more operations on the trace
(`trace`). From the trace comes a straight-line program (`program`). It is replayed for as long as what it depends on is
as it was (`recording`, `guards`): by a `TrainingStep`, or in place of a function of the user's (`record`).
"""

from .function import record as record
from .step import TrainingStep as TrainingStep

__all__ = ["TrainingStep", "record"]
