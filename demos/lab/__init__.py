"""What experiments stand on: options, training, statistics over seeds, data sets, and sweeps of many trials.

It is imported before NumPy: small matrices gain nothing from a second thread, and processes would fight for the cores.
"""

import os

for _variable in "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "VECLIB_MAXIMUM_THREADS":
    os.environ.setdefault(_variable, "1")
