"""How fast minigrad is, beside PyTorch and others on the same machine: ``python -m benchmarks --help``.

One thread for everyone: libraries read these variables when they are first imported, so they are set before.
"""

import os

os.environ.update(
    OPENBLAS_NUM_THREADS="1",
    MKL_NUM_THREADS="1",
    OMP_NUM_THREADS="1",
    NPROC="1",  # the size of XLA's thread pool
    XLA_FLAGS="--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
    JAX_PLATFORMS="cpu",
)
