"""Modules: their text, parameters, buffers, hooks and initial weights."""

from collections import OrderedDict

import torch
import torch.nn as nn


class Block(nn.Module):
    def __init__(self, width):
        super(Block, self).__init__()
        self.layers = nn.ModuleList([nn.Linear(width, width) for _ in range(2)])
        self.norm = nn.BatchNorm1d(width)
        self.register_buffer("steps", torch.zeros(1))
        self.scale = nn.Parameter(torch.ones(width))

    def forward(self, x):
        for layer in self.layers:
            x = torch.tanh(layer(x))
        return self.norm(x) * self.scale


def init_weights(m):
    if isinstance(m, nn.Linear):
        nn.init.xavier_uniform_(m.weight)
        m.bias.data.fill_(0.01)


torch.manual_seed(3)
net = nn.Sequential(OrderedDict([("block", Block(3)), ("head", nn.Linear(3, 1)), ("out", nn.Sigmoid())]))
print(net)
net.apply(init_weights)
for name, param in net.named_parameters():
    print(name, param.shape, param.requires_grad, type(param), type(param.data))
print(list(net.state_dict().keys()), [type(m) for m in net.modules()])
print(net.block.layers[0].weight, net.head.bias)
handle = net.head.register_forward_hook(lambda module, args, output: print("hook:", module, output.shape))
print(net(torch.randn(4, 3)))
handle.remove()
print(net.block.norm.running_mean, net.block.norm.num_batches_tracked)
print(type(net), type(nn.Module), nn.Linear, nn.Parameter, nn.CrossEntropyLoss(), type(nn.MSELoss()))
print(nn.LeakyReLU(0.2), nn.Softmax(dim=1), nn.Embedding(5, 2), nn.LayerNorm(4), nn.Identity(), nn.GELU())
for p in net.head.parameters():
    p.requires_grad = False
print([name for name, p in net.named_parameters() if p.requires_grad])
