"""Chapter 3: who made whom, and in which order to go back."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from operator import attrgetter
from typing import Any

from so_far import chapter

rules = chapter(2)
add, mul = rules.add, rules.mul

tick = itertools.count(1).__next__


class Node:
    def __init__(self, op, params, edges, saved):
        self.op = op
        self.params = params
        self.edges = edges
        self.saved = saved  # the output and the inputs, as the rules take them
        self.born = tick()


class Number:
    def __init__(self, array, grad_fn=None):
        self.array = array
        self.grad = None
        self.grad_fn = grad_fn

    def edge(self):
        return self if self.grad_fn is None else self.grad_fn

    def __add__(self, other):
        return apply(add, self, other)

    def __mul__(self, other):
        return apply(mul, self, other)

    def backward(self):
        for leaf, g in gradients([(self.edge(), 1.0)]).items():
            leaf.grad = g if leaf.grad is None else leaf.grad + g


def apply(op, *inputs, **params):
    arrays = [x.array for x in inputs]
    edges = [x.edge() for x in inputs]
    array = op(*arrays, **params)
    return Number(array, Node(op, params, edges, (array, *arrays)))


def newest_first(edges: Iterable[Any]) -> list[Node]:
    waiting = [edge for edge in edges if isinstance(edge, Node)]
    seen = set(waiting)
    while waiting:
        for edge in waiting.pop().edges:
            if edge is not None and isinstance(edge, Node) and edge not in seen:
                seen.add(edge)
                waiting.append(edge)
    return sorted(seen, key=attrgetter("born"), reverse=True)


def gradients(roots):
    flowing = dict(roots)
    for node in newest_first(flowing):
        g = flowing.pop(node)
        for i, edge in enumerate(node.edges):
            grad = node.op.rules[i](g, *node.saved, **node.params)
            flowing[edge] = flowing[edge] + grad if edge in flowing else grad
    return flowing


# ---- try it ----

calls = 0
recursion = rules.Number.backward


def counted(self, g=1.0):
    global calls
    calls += 1
    recursion(self, g)


rules.Number.backward = counted
for doublings in (1, 2, 4, 8, 16):
    old, new = rules.Number(1.0), Number(1.0)
    for _ in range(doublings):
        old, new = old + old, new + new
    calls = 0
    old.backward()
    print(f"{doublings:2} doublings: {calls:6} calls before, {len(newest_first([new.edge()])):2} nodes now")


def chain(number, length=100_000):
    total = number
    for _ in range(length):
        total = total + number
    return total


try:
    chain(rules.Number(1.0)).backward()
except RecursionError as error:
    print(f"before: {type(error).__name__}")
x = Number(1.0)
chain(x).backward()
print(f"now: {x.grad:.0f}")
