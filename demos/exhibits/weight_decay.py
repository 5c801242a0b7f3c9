"""What weight decay does to a fit, and to the weights and gradients of every layer."""

from __future__ import annotations

import argparse

from lab.events import write_events

from _ten_points import MEASURES, Results
from exhibits._ten_points import animate_fits, draw_gradients, draw_weights, loss_values, settings, table_losses
from gallery.exhibit import Demo, Exhibit, Picture, Reference, Table
from weight_decay import OPTIONS, build_both, compute, factors, growth, norm


def present(results: Results, options: argparse.Namespace) -> Exhibit:
    if options.tensorboard:
        write_events(options.out / "weight_decay" / "events", results.pair._asdict())
    hidden_without, hidden_with = (factors(ends) for ends in (results.without, results.treated))
    output = len(results.without[0].last) - 1
    gradient_without, gradient_with = (norm(snapshots[-1].gradients) for snapshots in results.pair)
    pull = options.weight_decay * norm(results.pair.treated[-1].values)
    return Exhibit(
        answer=results.change(MEASURES["test loss"]).direction,
        values={
            **loss_values(results),
            **settings(options),
            "strength": options.weight_decay,
            "hidden_without": ", ".join(f"{factor:.2f}" for factor in hidden_without),
            "hidden_with": ", ".join(f"{factor:.2f}" for factor in hidden_with),
            "low_without": min(hidden_without),
            "high_without": max(hidden_without),
            "low_with": min(hidden_with),
            "high_with": max(hidden_with),
            "output_without": growth(results.without, output).mean,
            "output_with": growth(results.treated, output).mean,
            "gradient_without": gradient_without,
            "gradient_with": gradient_with,
            "pull": pull,
            "ratio": gradient_with / pull,
        },
        pictures=[
            animate_fits(results.data, results.pair, "weight decay"),
            Picture("weights", draw_weights(results.pair, "weight decay")),
            Picture("gradients", draw_gradients(results.pair, "weight decay")),
        ],
        tables=[table_losses(results, "weight decay"), table_weights(results)],
    )


def table_weights(results: Results) -> Table:
    rows = [
        [f"layer {layer + 1}", *(f"{growth(ends, layer):.3f}" for ends in (results.without, results.treated))]
        for layer in range(len(results.without[0].last))
    ]
    return Table("weights", ["", "without weight decay", "with weight decay"], rows)


DEMO = Demo(
    number="5",
    compute=compute,
    present=present,
    excerpt=build_both,
    options=OPTIONS,
    references=[
        Reference(
            "The notes' code", "https://github.com/zhangxiann/PyTorch_Practice/blob/master/lesson6/L2_regularization.py"
        ),
        Reference("torch.optim.SGD", "https://pytorch.org/docs/stable/generated/torch.optim.SGD.html"),
        Reference("Krogh and Hertz, A simple weight decay can improve generalization, 1991"),
    ],
    playground="play?a=p:0&b=p:0,weight_decay:0.01",
)
