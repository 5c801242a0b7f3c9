"""Chapter 17: from here to minigrad."""

from __future__ import annotations

from so_far import chapter

import minigrad

nn, points, dropping, randomness = chapter(8), chapter(11), chapter(12), chapter(13)
walk, seams = chapter(15), chapter(16)


# ---- try it ----


def theirs():
    n = minigrad.nn
    return n.Sequential(
        n.Linear(1, 300), n.Dropout(0.5), n.ReLU(),
        n.Linear(300, 300), n.Dropout(0.5), n.ReLU(),
        n.Linear(300, 1),
    )  # fmt: skip


def train_ours(name, options, steps):
    randomness.default.start(3)
    net = points.network(0.5)
    optimizer = getattr(points.optim, name)(net.parameters(), lr=0.01, **options)
    x, y, _ = points.noisy_points()
    for _ in range(steps):
        loss = points.training_step(net, optimizer, x, y)
    return net, loss


def train_theirs(name, options, steps):
    minigrad.manual_seed(3)
    net = theirs()
    optimizer = getattr(minigrad.optim, name)(net.parameters(), lr=0.01, **options)
    x, y, _ = (minigrad.from_numpy(part.array) for part in points.noisy_points())
    for _ in range(steps):
        loss = minigrad.nn.MSELoss()(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return net, loss


decay = {"weight_decay": 0.01}
for name, options in (("Adam", {}), ("Adam", decay), ("AdamW", decay), ("SGD", {"momentum": 0.9, **decay})):
    (ours, loss), (net, their_loss) = train_ours(name, options, 50), train_theirs(name, options, 50)
    pairs = [(p.array, q.detach().numpy()) for p, q in zip(ours.parameters(), net.parameters(), strict=True)]
    weights, differ = sum(p.size for p, _ in pairs), sum(int((p != q).sum()) for p, q in pairs)
    print(f"{name:5} {options!s:41} loss {loss.array:.4f} and {their_loss.item():.4f}, {differ} of {weights} differ")
