"""Save and load what training needs to go on."""

import copy
import os
import tempfile

import torch
from torch import nn, optim

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
x, y = torch.randn(8, 2), torch.randn(8, 1)
for _ in range(5):
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(model(x), y)
    loss.backward()
    optimizer.step()
best = copy.deepcopy(model.state_dict())
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "checkpoint.pt")
    torch.save({"epoch": 5, "model": model.state_dict(), "optimizer": optimizer.state_dict(), "loss": loss}, path)
    checkpoint = torch.load(path)
print(checkpoint["epoch"], sorted(checkpoint), checkpoint["loss"].item() == loss.item())
again = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
print(again.load_state_dict(checkpoint["model"]))
print(all(torch.equal(a, b) for a, b in zip(model.state_dict().values(), again.state_dict().values())))
for name in again.state_dict():
    print(name, "\t", again.state_dict()[name].size())
optimizer.load_state_dict(checkpoint["optimizer"])
print(optimizer.state_dict()["param_groups"])
try:
    nn.Linear(2, 4).load_state_dict(best)
except RuntimeError as error:
    print(str(error).splitlines()[0])
