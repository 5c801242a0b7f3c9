"""Train a small network, as a user of a type checker writes it."""

from __future__ import annotations

import minigrad as torch
import minigrad.nn.functional as F
from minigrad import Tensor, nn
from minigrad.utils.data import DataLoader, Dataset, TensorDataset, random_split


class Squares(Dataset[tuple[Tensor, Tensor]]):
    def __init__(self, n: int) -> None:
        self.x = torch.linspace(-1, 1, n).unsqueeze(1)
        self.y = self.x**2 + 0.1 * torch.randn(n, 1)

    def __len__(self) -> int:
        return len(self.x)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        return self.x[index], self.y[index]


class Net(nn.Module):
    def __init__(self, hidden: int, p: float = 0.5) -> None:
        super().__init__()
        self.hidden = nn.Linear(1, hidden)
        self.dropout = nn.Dropout(p)
        self.out = nn.Linear(hidden, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.hidden(x))
        return self.out(self.dropout(x))


def accuracy(scores: Tensor, labels: Tensor) -> float:
    return float((scores.argmax(1) == labels).float().mean().item())


def main() -> None:
    torch.manual_seed(0)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    data = Squares(64)
    training, test = random_split(data, [48, 16])
    loader = DataLoader(training, batch_size=8, shuffle=True)
    net = Net(32).to(device)
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-2, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, step_size=10)
    loss_function = nn.MSELoss()
    loss = torch.zeros(())
    for epoch in range(3):
        net.train()
        for x, y in loader:
            optimizer.zero_grad()
            loss = loss_function(net(x), y)
            loss.backward()
            optimizer.step()
        schedule.step()
        print(epoch, loss.item(), loss.shape, loss.dtype)
    net.eval()
    with torch.no_grad():
        errors = [F.mse_loss(net(x), y, reduction="sum") for x, y in DataLoader(test)]
    print(torch.stack(errors).mean(), torch.cat([data.x, data.y], dim=1).sum(dim=0, keepdim=True))
    weights = {name: p.detach().clone() for name, p in net.named_parameters()}
    a, b = torch.tensor([[1.0, 2.0]]), torch.zeros(1, 2, requires_grad=True)
    values, indices = torch.cat([a, b]).max(dim=0)
    print(weights, values, indices, torch.where(a > 1, a, b), torch.softmax(a, dim=1), a @ b.T, a.sin_())
    print(accuracy(torch.randn(4, 3), torch.randint(3, (4,))), TensorDataset(a, b)[0], torch.arange(3).tolist())
    torch.save(net.state_dict(), "net.safetensors")
    net.load_state_dict(torch.load("net.safetensors"))


if __name__ == "__main__":
    main()
