"""What scripts ask of the version and the machine before they begin."""

import torch
import torch.backends.cudnn as cudnn

major, minor = (int(part) for part in torch.__version__.split("+")[0].split(".")[:2])
print((major, minor) >= (1, 8), torch.__version__ >= "1.10", torch.__version__ >= (2, 0), torch.__version__ < "2.4")
print(torch.__version__.startswith("2.13.0"), torch.__version__ > "0.4.1", isinstance(torch.__version__, str))
try:
    from packaging.version import Version
except ImportError:
    print(True)
else:
    print(Version(torch.__version__) >= Version("2.4"))
print(torch.cuda.is_available(), torch.cuda.device_count(), torch.version.cuda, torch.backends.mps.is_available())
cudnn.benchmark = True
cudnn.deterministic = True
device = "cuda" if torch.cuda.is_available() else "cpu"
print(f"Using {device} device", hasattr(torch, "no_such_name"), hasattr(torch.nn, "Linear"))
torch.manual_seed(7)
torch.cuda.manual_seed_all(7)
print(torch.rand(2, device=device), torch.initial_seed(), torch.nn.Linear(2, 2).to(device).weight.device)
torch.set_printoptions(precision=2)
print(torch.tensor([3.14159]), __name__)
