"""Datasets of one's own, splits, and loaders."""

import torch
from torch.utils import data
from torch.utils.data import DataLoader, Dataset, TensorDataset, random_split
from torch.utils.data.dataset import Subset
from torch.utils.data.sampler import SubsetRandomSampler


class Squares(Dataset):
    def __init__(self, n):
        self.n = n

    def __len__(self):
        return self.n

    def __getitem__(self, i):
        return {"x": torch.tensor(float(i)), "y": i * i, "name": f"no. {i}"}


torch.manual_seed(0)
for batch in DataLoader(Squares(5), batch_size=2):
    print(batch)
dataset = TensorDataset(torch.arange(10.0).view(10, 1), torch.arange(10))
train_set, test_set = random_split(dataset, [7, 3])
print(len(train_set), len(test_set), type(train_set), isinstance(test_set, Subset), train_set.indices)
for X, y in data.DataLoader(train_set, batch_size=3, shuffle=True, drop_last=True):
    print(X.shape, y, y.dtype)
loader = DataLoader(dataset, batch_size=4, sampler=SubsetRandomSampler([1, 3, 5, 7]))
print(len(loader), next(iter(loader)), type(loader), type(dataset))
print(next(iter(DataLoader(Squares(4), batch_size=4, collate_fn=lambda items: [item["y"] for item in items]))))
