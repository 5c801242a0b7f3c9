"""Learning rates over time."""

import torch
from torch.optim.lr_scheduler import CosineAnnealingLR, ExponentialLR, LambdaLR, ReduceLROnPlateau, StepLR

for make in (
    lambda optimizer: StepLR(optimizer, step_size=2, gamma=0.1),
    lambda optimizer: ExponentialLR(optimizer, gamma=0.9),
    lambda optimizer: CosineAnnealingLR(optimizer, T_max=5),
    lambda optimizer: LambdaLR(optimizer, lr_lambda=lambda epoch: 0.95**epoch),
):
    w = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([w], lr=1.0)
    scheduler = make(optimizer)
    rates = []
    for _ in range(5):
        optimizer.step()
        scheduler.step()
        rates.append(round(scheduler.get_last_lr()[0], 5))
    print(type(scheduler), type(scheduler).__name__, rates, optimizer.param_groups[0]["lr"])
plateau = ReduceLROnPlateau(optimizer, mode="min", patience=1)
for loss in (1.0, 1.0, 1.0, 1.0):
    plateau.step(loss)
print("%.6f" % optimizer.param_groups[0]["lr"], type(optimizer), isinstance(optimizer, torch.optim.Optimizer))
