"""A setting written as a program: what stands in the editor, and what is run."""

from __future__ import annotations

from .setting import Setting

OPTIMIZER_CALLS = {
    "SGD": ("SGD", ""),
    "Momentum": ("SGD", ", momentum=0.9"),
    "RMSprop": ("RMSprop", ""),
    "Adam": ("Adam", ""),
    "AdamW": ("AdamW", ""),
}


def script(setting: Setting) -> str:
    """Return the whole program."""
    parts = [_imports(setting), _data(setting), _network(setting), _training(setting), _end(setting)]
    return "\n\n".join("\n".join(lines) for lines in parts if lines) + "\n"


def _imports(setting: Setting) -> list[str]:
    lines = ["import minigrad as torch", "from minigrad import nn"]
    if setting.two_classes:
        lines.append(f"from minigrad.datasets import make_{setting.data}")
    return lines


def _data(setting: Setting) -> list[str]:
    lines = [f"seed = {setting.seed}", "torch.manual_seed(seed)"]
    if setting.two_classes:
        call = f"make_{setting.data}({setting.points}, noise={setting.noise:g})"
        lines += [f"x, y = {call}", "# to test on: the same places, another noise", f"x_test, y_test = {call}"]
    else:
        truth = "x" if setting.data == "line" else "torch.sin(3 * x)"
        shape = f"({setting.points}, 1)"
        lines += [
            f"x = torch.linspace(-1, 1, {setting.points}).unsqueeze(1)",
            f"y = {truth} + {setting.noise:g} * torch.randn{shape}",
            "# to test on: the same places, another noise",
            f"x_test, y_test = x, {truth} + {setting.noise:g} * torch.randn{shape}",
        ]
    return lines + _added(setting)


def _added(setting: Setting) -> list[str]:
    if not setting.added:
        return []
    inputs = [[round(value, 3) for value in point[:-1]] for point in setting.added]
    if setting.two_classes:
        targets = str([int(point[-1]) for point in setting.added])
    else:
        targets = str([[round(point[-1], 3)] for point in setting.added])
    return [f"x = torch.cat([x, torch.tensor({inputs})])", f"y = torch.cat([y, torch.tensor({targets})])"]


def _network(setting: Setting) -> list[str]:
    inputs, outputs = (2, 2) if setting.two_classes else (1, 1)
    dropout = f"nn.Dropout({setting.p:g}), "
    lines = ["net = nn.Sequential("]
    if setting.place == "input":
        lines.append(f"    {dropout.strip()}")
    for layer in range(setting.depth):
        linear = f"nn.Linear({inputs if layer == 0 else setting.width}, {setting.width}), "
        behind = setting.place == "after" or (setting.place == "last" and layer == setting.depth - 1)
        row = linear + (dropout if setting.place == "before" else "") + "nn.ReLU(), " + (dropout if behind else "")
        lines.append(f"    {row.strip()}")
    return [*lines, f"    nn.Linear({setting.width}, {outputs}),", ")"]


def _training(setting: Setting) -> list[str]:
    name, extra = OPTIMIZER_CALLS[setting.optimizer]
    loss = "nn.CrossEntropyLoss()" if setting.two_classes else "nn.MSELoss()"
    lines = [
        f"loss_func = {loss}",
        f"optimizer = torch.optim.{name}(",
        f"    net.parameters(), lr={setting.lr:g}{extra}, weight_decay={setting.weight_decay:g}",
        ")",
        "",
        f"for step in range({setting.steps}):",
        "    loss = loss_func(net(x), y)",
    ]
    if setting.l1:
        lines.append(f"    loss = loss + {setting.l1:g} * sum(w.abs().sum() for w in net.parameters() if w.ndim > 1)")
    lines += ["    optimizer.zero_grad()", "    loss.backward()", "    optimizer.step()"]
    if setting.max_norm:
        lines.append(f"    nn.utils.max_norm_(net, {setting.max_norm:g})")
    return lines


def _end(setting: Setting) -> list[str]:
    return [
        "net.eval()",
        "train = loss_func(net(x), y)",
        "test = loss_func(net(x_test), y_test)",
        'print(f"train {train.item():.3f}, test {test.item():.3f}")',
    ]
