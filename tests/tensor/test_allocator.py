"""The memory of large arrays is used again."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

import pytest

ROUNDS = 20
PAGES = 4 * 1_000_000 // 4096  # of one of the four arrays that a round makes anew

SCRIPT = f"""
import resource
import minigrad as torch
x, layer = torch.ones(1_000_000).requires_grad_(), torch.nn.Dropout(generator=torch.Generator(engine="fast"))

def round():
    x.grad = None
    layer(x).sum().backward()

def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

for _ in range(3):
    round()
before = faults()
for _ in range({ROUNDS}):
    round()
print((faults() - before) / {ROUNDS})
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="this is about glibc's malloc")
def test_freed_memory_is_not_fetched_again_page_by_page() -> None:
    env = {name: value for name, value in os.environ.items() if not name.startswith("MALLOC_")}  # a cluster sets one
    command = [sys.executable, "-c", SCRIPT]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, env=env)
    assert float(answer.stdout) < PAGES / 2
