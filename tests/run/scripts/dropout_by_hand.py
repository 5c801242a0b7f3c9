"""Dropout written by hand beside the layer."""

import torch
from torch import nn


def dropout_layer(X, dropout):
    assert 0 <= dropout <= 1
    if dropout == 1:
        return torch.zeros_like(X)
    mask = (torch.rand(X.shape) > dropout).float()
    return mask * X / (1.0 - dropout)


torch.manual_seed(42)
X = torch.arange(16, dtype=torch.float32).reshape((2, 8))
for p in (0.0, 0.5, 1.0):
    print("dropout_p =", p, dropout_layer(X, p))
layer = nn.Dropout(p=0.5)
print(layer, layer.training, layer.eval()(X).equal(X), layer)
net = nn.Sequential(nn.Flatten(), nn.Linear(8, 4), nn.ReLU(), nn.Dropout(0.2), nn.Linear(4, 2))
print(net)
net.eval()
print(net(X).shape, net(X).equal(net(X)))
net.train()
print([type(m).__name__ for m in net], [m.training for m in net])
layer.train()
kept = layer(torch.ones(10000))
print(sorted(set(kept.tolist())), abs(kept.mean().item() - 1) < 0.1)
try:
    nn.Dropout(1.5)
except ValueError as error:
    print("ValueError:", error)
