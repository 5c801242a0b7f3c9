"""The book's last framework beside PyTorch: the same draws bit for bit, the same losses on the twenty points."""

import numpy as np
import pytest

from book import so_far

torch = pytest.importorskip("torch")


@pytest.fixture
def chapters():
    """The modules of chapters 11, 12 and 13, with the last engine below them."""
    so_far.chapter.cache_clear()
    return [so_far.chapter(number) for number in (11, 12, 13, 15, 17)][:3]


def test_its_losses_on_the_twenty_points_are_pytorchs(chapters):
    points, _, randomness = chapters
    randomness.default.start(3)
    net = points.network(0.5)
    optimizer = points.optim.Adam(net.parameters(), lr=0.01)
    x, y, _ = points.noisy_points()
    ours = [float(points.training_step(net, optimizer, x, y).array) for _ in range(50)]

    torch.manual_seed(3)
    n = torch.nn
    net = n.Sequential(
        n.Linear(1, 300), n.Dropout(0.5), n.ReLU(), n.Linear(300, 300), n.Dropout(0.5), n.ReLU(), n.Linear(300, 1)
    )
    optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
    x, y = torch.from_numpy(x.array), torch.from_numpy(y.array)
    theirs = []
    for _ in range(50):
        loss = n.functional.mse_loss(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        theirs.append(loss.item())
    np.testing.assert_allclose(ours, theirs, rtol=1e-3)


def test_the_numbers_of_chapter_13_are_pytorchs():
    torch.manual_seed(1)
    layer = torch.nn.Linear(1, 3)
    dropped = torch.nn.functional.dropout(torch.ones(8), 0.5)
    text = so_far.file_of(13).read_text(encoding="utf-8")
    for numbers in (layer.weight.ravel().tolist(), layer.bias.tolist(), dropped.tolist()):
        assert repr(numbers) in text
