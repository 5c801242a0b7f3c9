"""Three classes of points: training and test accuracy with dropout between."""

import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
centres = torch.tensor([[0.0, 2.0], [-2.0, -1.0], [2.0, -1.0]])
labels = torch.arange(3).repeat(30)
points = centres[labels] + 0.3 * torch.randn(90, 2)
loader = DataLoader(TensorDataset(points, labels), batch_size=16, shuffle=True)
model = nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Dropout(0.2), nn.Linear(32, 3))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-4)
loss_fn = nn.CrossEntropyLoss()
for epoch in range(6):
    model.train()
    for X, y in loader:
        loss = loss_fn(model(X), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        correct = (model(points).argmax(1) == labels).type(torch.float).sum().item()
print(f"Accuracy: {100 * correct / len(points):>0.1f}%", model(points[:1]).shape, loss.shape)
probabilities = F.softmax(model(centres), dim=1)
print(probabilities.argmax(dim=1), [round(p) for p in probabilities.max(1).values.tolist()])
print(torch.eye(3)[labels[:2]], F.one_hot(labels[:2], 3))
