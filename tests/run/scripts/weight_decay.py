"""Weight decay: by hand, in SGD, and decoupled in AdamW."""

import torch
from torch import nn
from torch.optim import SGD, Adam, AdamW

torch.manual_seed(1)
n_train, num_inputs = 20, 10
true_w, true_b = torch.ones((num_inputs, 1)) * 0.01, 0.05
X = torch.randn(n_train, num_inputs)
y = X @ true_w + true_b + 0.01 * torch.randn(n_train, 1)


def train(optimizer_class, **options):
    torch.manual_seed(2)
    net = nn.Linear(num_inputs, 1)
    for param in net.parameters():
        param.data.normal_()
    trainer = optimizer_class([{"params": net.weight, **options}, {"params": net.bias}], lr=0.05)
    loss = nn.MSELoss(reduction="none")
    for _ in range(50):
        trainer.zero_grad()
        loss(net(X), y).mean().backward()
        trainer.step()
    print(trainer)
    print(optimizer_class.__name__, options, "L2 norm of w: %.3f" % net.weight.norm().item())


for options in ({}, {"weight_decay": 3.0}):
    for optimizer_class in (SGD, Adam, AdamW):
        train(optimizer_class, **options)
w = torch.randn(num_inputs, 1, requires_grad=True)
b = torch.zeros(1, requires_grad=True)
for _ in range(20):
    loss = ((X @ w + b - y) ** 2).mean() + 3 * torch.sum(w.pow(2)) / 2
    loss.backward()
    with torch.no_grad():
        for p in (w, b):
            p -= 0.05 * p.grad
            p.grad.zero_()
print(w.detach().norm(), b)
