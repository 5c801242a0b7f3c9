"""A network learns sin(x); the number of epochs comes from the command line."""

import argparse
import math

import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim


class Net(nn.Module):
    def __init__(self, hidden):
        super().__init__()
        self.fc1 = nn.Linear(1, hidden)
        self.fc2 = nn.Linear(hidden, 1)

    def forward(self, x):
        return self.fc2(F.relu(self.fc1(x)))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=40)
    parser.add_argument("--lr", type=float, default=0.01)
    args = parser.parse_args()
    print(args)
    torch.manual_seed(0)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model = Net(16).to(device)
    print(model)
    optimizer = optim.Adam(model.parameters(), lr=args.lr)
    print(optimizer)
    x = torch.linspace(-math.pi, math.pi, 64).unsqueeze(1)
    y = torch.sin(x)
    for epoch in range(args.epochs):
        optimizer.zero_grad()
        loss = F.mse_loss(model(x), y)
        loss.backward()
        optimizer.step()
        if epoch % 10 == 0:
            print(f"epoch {epoch}: loss {loss.item():.3f}", loss)
    print(sum(p.numel() for p in model.parameters() if p.requires_grad), "parameters")


if __name__ == "__main__":
    main()
