"""Call functions with one wrong argument each, in minigrad and in PyTorch, and count what minigrad makes of it.

`python tests/support/bad_calls.py` prints the counts: of the calls that PyTorch refuses, how many minigrad refuses in
a message that names the function or the argument, how many otherwise, and how many it accepts in silence.
"""

from __future__ import annotations

import re
import sys
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

WRONG: list[Any] = [None, "no", 1.5, True, [], {}, 1j, object, ["a"], [1.5], b"1"]

CALLS = """
x.sum(dim=1) x.mean(dim=1) x.prod(dim=1) x.var(dim=1,correction=1) x.std(dim=1) x.max(dim=1) x.min(dim=1)
x.argmax(dim=1) x.argmin(dim=1) x.sort(dim=1,descending=True) x.argsort(dim=1) x.topk(k=2,dim=1) x.cumsum(dim=1)
x.cumprod(dim=1) x.norm(p=2,dim=1) x.softmax(dim=1) x.log_softmax(dim=1) x.logsumexp(dim=1) x.amax(dim=1)
x.median(dim=1) x.kthvalue(k=1,dim=1) x.all(dim=1) x.any(dim=1) x.unbind(dim=1) x.unsqueeze(dim=1) x.squeeze(dim=1)
x.flatten(start_dim=0,end_dim=1) x.transpose(dim0=0,dim1=1) x.split(split_size=1,dim=0) x.chunk(chunks=2,dim=0)
x.narrow(dim=0,start=0,length=1) x.select(dim=0,index=0) x.roll(shifts=1,dims=0) x.flip(dims=[0])
x.repeat_interleave(repeats=2,dim=0) x.clamp(min=0.,max=1.) x.lerp(end=x,weight=.5) x.add(other=x,alpha=2)
x.sub(other=x,alpha=2) x.mul(other=x) x.div(other=x,rounding_mode='floor') x.pow(exponent=2.) x.eq(other=x)
x.lt(other=x) x.masked_fill(mask=m,value=0.) x.gather(dim=0,index=i) x.index_select(dim=0,index=i[0])
x.matmul(other=w) x.mm(mat2=w) x.diagonal(offset=0,dim1=0,dim2=1) x.tril(diagonal=0) x.triu(diagonal=0)
x.requires_grad_(requires_grad=True) x.fill_(value=1.) x.normal_(mean=0.,std=1.) x.uniform_(a=0.,b=1.)
x.bernoulli_(p=.5) x.random_(to=3) x.expand_as(other=x) x.view_as(other=x) x.reshape(shape=(4,)) x.permute(dims=(1,0))
t.zeros(size=(2,)) t.ones(size=(2,)) t.empty(size=(2,)) t.full(size=(2,),fill_value=1.) t.eye(n=2,m=2)
t.arange(start=0,end=3,step=1) t.linspace(start=0,end=1,steps=3) t.logspace(start=0,end=1,steps=3) t.rand(size=(2,))
t.randn(size=(2,)) t.randint(low=0,high=2,size=(2,)) t.randperm(n=3) t.normal(mean=0.,std=1.,size=(2,))
t.cat(tensors=[x,x],dim=0) t.stack(tensors=[x,x],dim=0) t.where(condition=m,input=x,other=x)
t.multinomial(input=x.abs()+.1,num_samples=1,replacement=True) t.bincount(input=i[0],minlength=1)
t.histc(input=x,bins=3,min=0,max=1) t.quantile(input=x,q=.5,dim=1) t.tril_indices(row=2,col=2,offset=0)
t.exp(input=x) t.log(input=x) t.sqrt(input=x) t.sigmoid(input=x) t.tanh(input=x) t.abs(input=x) t.relu(input=x)
t.manual_seed(seed=1) t.softmax(input=x,dim=1) t.dot(input=x[0],tensor=x[0]) t.outer(input=x[0],vec2=x[0])
F.relu(input=x) F.leaky_relu(input=x,negative_slope=.1) F.elu(input=x,alpha=1.) F.celu(input=x,alpha=1.)
F.gelu(input=x,approximate='none') F.hardtanh(input=x,min_val=-1.,max_val=1.) F.threshold(input=x,threshold=.1,value=1.)
F.softplus(input=x,beta=1.,threshold=20.) F.hardshrink(input=x,lambd=.5) F.softshrink(input=x,lambd=.5)
F.softmax(input=x,dim=1) F.log_softmax(input=x,dim=1) F.glu(input=x,dim=1) F.dropout(input=x,p=.5,training=True)
F.alpha_dropout(input=x,p=.5,training=True) F.linear(input=x,weight=w,bias=w[0]) F.one_hot(tensor=i,num_classes=3)
F.embedding(input=i,weight=w,padding_idx=0) F.normalize(input=x,p=2.,dim=1,eps=1e-12) F.pad(input=x,pad=(1,1),value=0.)
F.layer_norm(input=x,normalized_shape=(2,),eps=1e-5) F.batch_norm(input=x,running_mean=x[0]*0,running_var=x[0]*0+1,
momentum=.1,eps=1e-5) F.mse_loss(input=x,target=x,reduction='mean') F.l1_loss(input=x,target=x,reduction='mean')
F.smooth_l1_loss(input=x,target=x,beta=1.) F.huber_loss(input=x,target=x,delta=1.) F.nll_loss(input=x,target=i[0],
ignore_index=-100,reduction='mean') F.cross_entropy(input=x,target=i[0],ignore_index=-100,label_smoothing=.1,
reduction='mean') F.binary_cross_entropy_with_logits(input=x,target=x,reduction='mean') F.kl_div(input=x,target=x,
log_target=True) F.cosine_similarity(x1=x,x2=x,dim=1,eps=1e-8) F.triplet_margin_loss(anchor=x,positive=x,negative=x,
margin=1.,p=2.) nn.Linear(in_features=2,out_features=2) nn.Dropout(p=.5) nn.Embedding(num_embeddings=3,embedding_dim=2,
padding_idx=0) nn.BatchNorm1d(num_features=2,eps=1e-5,momentum=.1) nn.LayerNorm(normalized_shape=2,eps=1e-5)
nn.Flatten(start_dim=1,end_dim=-1) nn.LeakyReLU(negative_slope=.1) nn.ELU(alpha=1.) nn.PReLU(num_parameters=1,init=.2)
nn.GroupNorm(num_groups=1,num_channels=2) nn.CrossEntropyLoss(reduction='mean') nn.init.normal_(tensor=x,mean=0.,std=1.)
nn.init.uniform_(tensor=x,a=0.,b=1.) nn.init.constant_(tensor=x,val=1.) nn.init.xavier_uniform_(tensor=x,gain=1.)
nn.init.kaiming_uniform_(tensor=x,a=0.,mode='fan_in',nonlinearity='relu') nn.init.eye_(tensor=x)
t.optim.SGD(params=[p],lr=.1,momentum=.9,weight_decay=0.) t.optim.Adam(params=[p],lr=.1,betas=(.9,.99),eps=1e-8)
t.optim.lr_scheduler.StepLR(optimizer=o,step_size=1,gamma=.1)
"""


@dataclass(frozen=True)
class BadCall:
    """A call with one wrong argument: the text of the function, the right arguments, and the wrong one."""

    function: str
    arguments: str
    name: str
    wrong: Any

    def run(self, framework: Any) -> Any:
        """Return what the call returns, or raise what it raises."""
        t: Any = framework
        o_parameter = t.nn.Parameter(t.ones(1))
        names = {
            "t": t, "nn": t.nn, "F": t.nn.functional, "x": t.tensor([[0.5, -1.0], [2.0, 3.0]]), "p": o_parameter,
            "m": t.tensor([[True, False], [False, True]]), "w": t.eye(2), "i": t.tensor([[0, 1], [1, 0]]),
            "o": t.optim.SGD([o_parameter], lr=0.1),
        }  # fmt: skip
        arguments = eval(f"dict({self.arguments})", names)
        assert self.name in arguments
        return eval(self.function, names)(**{**arguments, self.name: self.wrong})

    def __str__(self) -> str:
        return f"{self.function}({self.name}={self.wrong!r})"


def bad_calls() -> Iterator[BadCall]:
    """Yield every call with each of its arguments replaced by each wrong value."""
    for function, arguments in re.findall(r"([\w.]+)\(((?:[^()]|\([^()]*\))*)\)", CALLS.replace("\n", "")):
        for name in re.findall(r"(?:^|,)(\w+)=(?!=)", re.sub(r"\([^()]*\)|\[[^\]]*\]", "", arguments)):
            for wrong in WRONG:
                yield BadCall(function, arguments, name, wrong)


def verdict(call: BadCall, framework: Any, torch: Any) -> str:
    """Return "right in PyTorch", "clear", "unclear" or "silent"."""
    if outcome(call, torch) is None:
        return "right in PyTorch"
    error = outcome(call, framework)
    if error is None:
        return "silent"
    said = str(error)
    plain = call.function.rpartition(".")[2]
    return "clear" if plain.strip("_") in said or re.search(rf"\b{call.name}\b|expected", said) else "unclear"


def outcome(call: BadCall, framework: Any) -> Exception | None:
    """Return what a call raises, or None."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            call.run(framework)
        except Exception as error:
            return error
    return None


def main() -> None:
    """Print the counts, and the calls that are silent or unclear."""
    import torch

    import minigrad
    import minigrad.nn
    import minigrad.optim

    verdicts = [(call, verdict(call, minigrad, torch)) for call in bad_calls()]
    counts = Counter(kind for _, kind in verdicts)
    refused = sum(counts.values()) - counts["right in PyTorch"]
    print(f"{refused} bad calls:", ", ".join(f"{n} {kind} ({n / refused:.1%})" for kind, n in counts.most_common()))
    if "--list" in sys.argv:
        for call, kind in verdicts:
            if kind in ("silent", "unclear"):
                print(kind, call, "" if kind == "silent" else f"-> {outcome(call, minigrad)!r}"[:150])


if __name__ == "__main__":
    main()
