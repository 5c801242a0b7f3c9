"""Call functions with one wrong argument each, in minigrad and in PyTorch, and count what minigrad makes of it.

`python tests/support/bad_calls.py` prints the counts: of the calls that PyTorch refuses, how many minigrad refuses in
a message that names the function or the argument, how many otherwise, and how many it accepts in silence; and of those
that PyTorch accepts, how many minigrad refuses. ``--list`` prints all but the clear ones.
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
x.requires_grad_(requires_grad=True) x.fill_(value=1.) x.normal_(mean=0.,std=1.) x.uniform_(to=1.) x.bernoulli_(p=.5)
x.exponential_(lambd=1.) x.expand_as(other=x) x.view_as(other=x) x.reshape(shape=(4,)) x.permute(dims=(1,0))
t.zeros(size=(2,)) t.ones(size=(2,)) t.empty(size=(2,)) t.full(size=(2,),fill_value=1.) t.eye(n=2,m=2)
t.arange(start=0,end=3,step=1) t.linspace(start=0,end=1,steps=3) t.logspace(start=0,end=1,steps=3) t.rand(size=(2,))
t.randn(size=(2,)) t.randint(low=0,high=2,size=(2,)) t.randperm(n=3) t.normal(mean=0.,std=1.,size=(2,))
t.cat(tensors=[x,x],dim=0) t.stack(tensors=[x,x],dim=0) t.where(condition=m,input=x,other=x)
t.multinomial(input=x.abs()+.1,num_samples=1,replacement=True) t.bincount(input=i[0],minlength=1)
t.histc(input=x,bins=3,min=0,max=1) t.quantile(input=x,q=.5,dim=1) t.tril_indices(row=2,col=2,offset=0) t.exp(input=x)
t.log(input=x) t.sqrt(input=x) t.sigmoid(input=x) t.tanh(input=x) t.abs(input=x) t.relu(input=x) t.manual_seed(seed=1)
t.softmax(input=x,dim=1) t.dot(input=x[0],tensor=x[0]) t.outer(input=x[0],vec2=x[0]) F.relu(input=x)
F.leaky_relu(input=x,negative_slope=.1) F.elu(input=x,alpha=1.) F.celu(input=x,alpha=1.)
F.gelu(input=x,approximate='none') F.hardtanh(input=x,min_val=-1.,max_val=1.)
F.threshold(input=x,threshold=.1,value=1.) F.softplus(input=x,beta=1.,threshold=20.) F.hardshrink(input=x,lambd=.5)
F.softshrink(input=x,lambd=.5) F.softmax(input=x,dim=1) F.log_softmax(input=x,dim=1) F.glu(input=x,dim=1)
F.dropout(input=x,p=.5,training=True) F.alpha_dropout(input=x,p=.5,training=True) F.linear(input=x,weight=w,bias=w[0])
F.one_hot(input=i,num_classes=3) F.embedding(input=i,weight=w,padding_idx=0) F.normalize(input=x,p=2.,dim=1,eps=1e-12)
F.pad(input=x,pad=(1,1),value=0.) F.layer_norm(input=x,normalized_shape=(2,),eps=1e-5)
F.batch_norm(input=x,running_mean=x[0]*0,running_var=x[0]*0+1,momentum=.1,eps=1e-5)
F.mse_loss(input=x,target=x,reduction='mean') F.l1_loss(input=x,target=x,reduction='mean')
F.smooth_l1_loss(input=x,target=x,beta=1.) F.huber_loss(input=x,target=x,delta=1.)
F.nll_loss(input=x,target=i[0],ignore_index=-100,reduction='mean')
F.cross_entropy(input=x,target=i[0],ignore_index=-100,label_smoothing=.1,reduction='mean')
F.binary_cross_entropy_with_logits(input=x,target=x,reduction='mean') F.kl_div(input=x,target=x,log_target=True)
F.cosine_similarity(x1=x,x2=x,dim=1,eps=1e-8) F.triplet_margin_loss(anchor=x,positive=x,negative=x,margin=1.,p=2.)
nn.Linear(in_features=2,out_features=2) nn.Dropout(p=.5) nn.Embedding(num_embeddings=3,embedding_dim=2,padding_idx=0)
nn.BatchNorm1d(num_features=2,eps=1e-5,momentum=.1) nn.LayerNorm(normalized_shape=2,eps=1e-5)
nn.Flatten(start_dim=1,end_dim=-1) nn.LeakyReLU(negative_slope=.1) nn.ELU(alpha=1.) nn.PReLU(num_parameters=1,init=.2)
nn.GroupNorm(num_groups=1,num_channels=2) nn.CrossEntropyLoss(reduction='mean')
nn.init.normal_(tensor=x,mean=0.,std=1.) nn.init.uniform_(tensor=x,a=0.,b=1.) nn.init.constant_(tensor=x,val=1.)
nn.init.xavier_uniform_(tensor=x,gain=1.) nn.init.kaiming_uniform_(tensor=x,a=0.,mode='fan_in',nonlinearity='relu')
nn.init.eye_(tensor=x) t.optim.SGD(params=[p],lr=.1,momentum=.9,weight_decay=0.)
t.optim.Adam(params=[p],lr=.1,betas=(.9,.99),eps=1e-8) t.optim.lr_scheduler.StepLR(optimizer=o,step_size=1,gamma=.1)
x.sum(dim=1,keepdim=True) x.mean(dim=1,keepdim=True) x.amin(dim=1,keepdim=True) x.nansum(dim=1,keepdim=True)
x.nanmean(dim=1,keepdim=True) x.count_nonzero(dim=1) x.cummax(dim=1) x.aminmax(dim=1,keepdim=True) x.msort()
x.unique(dim=1) x.var(dim=1,unbiased=True,keepdim=True) x.max(dim=1,keepdim=True) x.argmax(dim=1,keepdim=True)
x.all(dim=1,keepdim=True) x.dist(other=x,p=2.) x.unflatten(dim=0,sizes=(1,2)) x.swapaxes(axis0=0,axis1=1)
x.movedim(source=0,destination=1) x.diag(diagonal=0) x.diag_embed(offset=0,dim1=0,dim2=1) x.diagflat(offset=0)
x.rot90(k=1,dims=(0,1)) x.tile(dims=(2,)) x.expand(size=(2,2)) x.tensor_split(indices=[1],dim=0)
x.repeat(repeats=(2,2)) x.broadcast_to(size=(2,2)) x.reshape_as(other=x) x.scatter(dim=0,index=i,src=x)
x.scatter_add(dim=0,index=i,src=x) x.index_add(dim=0,index=i[0],source=x,alpha=1)
x.index_fill(dim=0,index=i[0],value=1.) x.index_copy(dim=0,index=i[0],source=x) x.masked_select(mask=m)
x.masked_scatter(mask=m,source=x) x.take(index=i) x.take_along_dim(indices=i,dim=0)
x.addmm(mat1=w,mat2=w,beta=1,alpha=1) x.addcmul(tensor1=x,tensor2=x,value=1.) x.addcdiv(tensor1=x,tensor2=x,value=1.)
x.mv(vec=w[0]) b.bmm(mat2=b) x.fmod(other=2.) x.remainder(other=2.) x.floor_divide(other=2.) x.maximum(other=x)
x.minimum(other=x) x.atan2(other=x) x.hypot(other=x) x.copysign(other=1.) x.round(decimals=1) x.logit(eps=.1)
x.nan_to_num(nan=0.,posinf=1.,neginf=0.) x.clamp_min(min=0.) x.clamp_max(max=1.)
x.isclose(other=x,rtol=.1,atol=.1,equal_nan=True) x.equal(other=x) x.allclose(other=x,rtol=.1,atol=.1,equal_nan=True)
x.ne(other=x) x.ge(other=x) x.gt(other=x) x.le(other=x) x.logical_and(other=x) x.xlogy(other=x) x.to(dtype=t.float64)
x.new_zeros(size=(2,)) x.new_ones(size=(2,)) x.new_empty(size=(2,)) x.new_full(size=(2,),fill_value=1.)
y.backward(retain_graph=True) y.register_hook(hook=abs) x.size(dim=0) x.stride(dim=0) x.add_(other=x,alpha=2)
x.sub_(other=x,alpha=2) x.mul_(other=x) x.div_(other=x) x.clamp_(min=0.,max=1.) x.copy_(other=x)
x.masked_fill_(mask=m,value=0.) x.squeeze_(dim=0) x.unsqueeze_(dim=0) x.transpose_(dim0=0,dim1=1) x.pow_(exponent=2.)
x.lerp_(end=x,weight=.5) x.tril_(diagonal=0) x.index_add_(dim=0,index=i[0],source=x.clone()) t.zeros_like(input=x)
t.full_like(input=x,fill_value=1.) t.rand_like(input=x) t.randint_like(input=x,low=0,high=2) t.bernoulli(input=m*1.)
t.tensordot(a=x,b=x,dims=1) t.kron(input=x,other=x) t.inner(input=x,other=x) t.hstack(tensors=[x,x])
t.vstack(tensors=[x,x]) t.std_mean(input=x,dim=1) t.var_mean(input=x,dim=1) t.histogram(input=x,bins=3)
t.logaddexp(input=x,other=x) t.heaviside(input=x,values=x) t.linalg.vector_norm(x=x,ord=2.,dim=1)
t.linalg.solve(A=w,B=x) t.linalg.inv(A=w) t.linalg.det(A=w) t.manual_seed(seed=1) t.set_grad_enabled(mode=True)
t.tensor(data=[1.],requires_grad=True) t.as_tensor(data=[1.]) F.selu(input=x) F.silu(input=x) F.mish(input=x)
F.softsign(input=x) F.tanhshrink(input=x) F.relu6(input=x) F.hardswish(input=x) F.hardsigmoid(input=x)
F.logsigmoid(input=x) F.softmin(input=x,dim=1) F.prelu(input=x,weight=w[0])
F.rrelu(input=x,lower=.1,upper=.3,training=True) F.dropout1d(input=x,p=.5,training=True)
F.feature_alpha_dropout(input=x,p=.5,training=True) F.bilinear(input1=x,input2=x,weight=w[None],bias=w[0,:1])
F.group_norm(input=x,num_groups=1,eps=1e-5) F.rms_norm(input=x,normalized_shape=(2,),eps=1e-5)
F.pairwise_distance(x1=x,x2=x,p=2.,eps=1e-6,keepdim=True)
F.binary_cross_entropy(input=x.sigmoid(),target=x.sigmoid(),reduction='mean')
F.soft_margin_loss(input=x,target=x,reduction='mean') F.hinge_embedding_loss(input=x,target=x,margin=1.)
F.margin_ranking_loss(input1=x,input2=x,target=x,margin=0.)
F.cosine_embedding_loss(input1=x,input2=x,target=x[0].sign(),margin=0.)
F.multi_margin_loss(input=x,target=i[0],p=1,margin=1.) F.multilabel_margin_loss(input=x,target=i)
F.multilabel_soft_margin_loss(input=x,target=x) F.poisson_nll_loss(input=x,target=x,log_input=True,full=True,eps=1e-8)
F.gaussian_nll_loss(input=x,target=x,var=x*0+1,full=True,eps=1e-6) nn.Linear(in_features=2,out_features=2,bias=True)
nn.Bilinear(in1_features=2,in2_features=2,out_features=1,bias=True) nn.Dropout(p=.5,inplace=True) nn.Dropout2d(p=.5)
nn.AlphaDropout(p=.5) nn.BatchNorm1d(num_features=2,affine=True,track_running_stats=True)
nn.LayerNorm(normalized_shape=2,elementwise_affine=True,bias=True) nn.RMSNorm(normalized_shape=2,eps=1e-5)
nn.Softmax(dim=1) nn.Softplus(beta=1.,threshold=20.) nn.Hardtanh(min_val=-1.,max_val=1.)
nn.Threshold(threshold=.1,value=1.) nn.GLU(dim=1) nn.CELU(alpha=1.) nn.GELU(approximate='none') nn.ReLU(inplace=True)
nn.RReLU(lower=.1,upper=.3) nn.Hardshrink(lambd=.5) nn.Softshrink(lambd=.5) nn.Unflatten(dim=1,unflattened_size=(1,2))
nn.Parameter(data=x,requires_grad=True) nn.MSELoss(reduction='mean') nn.NLLLoss(ignore_index=-100,reduction='mean')
nn.CrossEntropyLoss(ignore_index=-100,label_smoothing=.1) nn.HuberLoss(delta=1.) nn.SmoothL1Loss(beta=1.)
nn.KLDivLoss(log_target=True) nn.TripletMarginLoss(margin=1.,p=2.) nn.BCEWithLogitsLoss(reduction='mean')
nn.CosineSimilarity(dim=1,eps=1e-8) nn.PairwiseDistance(p=2.,eps=1e-6) nn.init.xavier_normal_(tensor=x,gain=1.)
nn.init.kaiming_normal_(tensor=x,a=0.) nn.init.trunc_normal_(tensor=x,mean=0.,std=1.,a=-2.,b=2.)
nn.init.orthogonal_(tensor=x,gain=1.) nn.init.ones_(tensor=x) nn.init.zeros_(tensor=x)
nn.init.sparse_(tensor=x,sparsity=.5,std=.1) nn.init.calculate_gain(nonlinearity='relu')
nn.utils.clip_grad_norm_(parameters=[p],max_norm=1.,norm_type=2.)
t.optim.SGD(params=[p],lr=.1,momentum=.9,dampening=0.,nesterov=True) t.optim.SGD(params=[p],maximize=True)
t.optim.AdamW(params=[p],lr=.1,weight_decay=.1,amsgrad=True)
t.optim.RMSprop(params=[p],lr=.1,alpha=.9,momentum=.9,centered=True) t.optim.Adagrad(params=[p],lr=.1,lr_decay=.1)
t.optim.Adadelta(params=[p],rho=.9) t.optim.Adamax(params=[p],lr=.1,eps=1e-8)
t.optim.NAdam(params=[p],momentum_decay=.1) t.optim.RAdam(params=[p],lr=.1)
t.optim.Rprop(params=[p],lr=.1,etas=(.5,1.2)) t.optim.lr_scheduler.MultiStepLR(optimizer=o,milestones=[1,2],gamma=.1)
t.optim.lr_scheduler.ExponentialLR(optimizer=o,gamma=.9)
t.optim.lr_scheduler.CosineAnnealingLR(optimizer=o,T_max=3,eta_min=0.)
t.optim.lr_scheduler.LinearLR(optimizer=o,start_factor=.5,end_factor=1.,total_iters=3)
t.optim.lr_scheduler.LambdaLR(optimizer=o,lr_lambda=abs)
t.optim.lr_scheduler.OneCycleLR(optimizer=o,max_lr=.1,total_steps=3)
t.optim.lr_scheduler.CyclicLR(optimizer=o,base_lr=.1,max_lr=.2,step_size_up=3)
t.optim.lr_scheduler.ReduceLROnPlateau(optimizer=o,mode='min',factor=.1,patience=3)
"""

STRICTER = re.compile(
    r"1j"  # there are no complex tensors
    r"|\.[A-Z]\w+\(|init\.|register_hook"  # a constructor looks at once, where PyTorch waits for the first use
    r"|\((full|log_input|log_target)="  # a switch is a bool, where PyTorch's Python asks whether it is true
    r"|loss\((target|margin)="  # and a tensor is a tensor, a margin a number, where it lets Python's rules decide
    r"|manual_seed\(seed=b"  # int(b"1") is 1
)
"""What minigrad refuses on purpose, though PyTorch accepts it."""

BY_NAME = re.compile(r"where\(input=|scatter\(src=")
"""Numbers that PyTorch takes in this place, but not by this name: it has another name for them there."""


@dataclass(frozen=True)
class BadCall:
    """A call with one wrong argument: the text of the function, the right arguments, and the wrong one."""

    function: str
    arguments: str
    name: str = ""
    wrong: Any = None

    def run(self, framework: Any) -> Any:
        """Return what the call returns, or raise what it raises."""
        t: Any = framework
        parameter = t.nn.Parameter(t.ones(1))
        names = {
            "t": t, "nn": t.nn, "F": t.nn.functional, "x": t.tensor([[0.5, -1.0], [2.0, 3.0]]), "p": parameter,
            "m": t.tensor([[True, False], [False, True]]), "w": t.eye(2),
            "b": t.ones(1, 2, 2), "y": parameter * 1, "i": t.tensor([[0, 1], [1, 0]]),
            "o": t.optim.SGD([parameter], lr=0.1),
        }  # fmt: skip
        arguments = eval(f"dict({self.arguments})", names)
        return eval(self.function, names)(**{**arguments, **({self.name: self.wrong} if self.name else {})})

    def __str__(self) -> str:
        return f"{self.function}({self.name}={self.wrong!r})"


def right_calls() -> list[tuple[str, str]]:
    """Return the functions and the arguments of the calls."""
    return re.findall(r"([\w.]+)\(((?:[^()]|\([^()]*\))*)\)", CALLS.replace("\n", ""))


def bad_calls() -> Iterator[BadCall]:
    """Yield every call with each of its arguments replaced by each wrong value."""
    for function, arguments in right_calls():
        for name in re.findall(r"(?:^|,)(\w+)=(?!=)", re.sub(r"\([^()]*\)|\[[^\]]*\]", "", arguments)):
            for wrong in WRONG:
                yield BadCall(function, arguments, name, wrong)


def verdict(call: BadCall, framework: Any, torch: Any) -> str:
    """Return "right" or "refused" for a call that PyTorch accepts; for others "clear", "unclear" or "silent"."""
    error = outcome(call, framework)
    if outcome(call, torch) is None:
        return "right" if error is None or STRICTER.search(str(call)) else "refused"
    if error is None:
        return "right" if BY_NAME.search(str(call)) else "silent"
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
    for wrong, kinds in (("refuses", ("clear", "unclear", "silent")), ("accepts", ("right", "refused"))):
        total = sum(counts[kind] for kind in kinds)
        shares = ", ".join(f"{counts[kind]} {kind} ({counts[kind] / total:.1%})" for kind in kinds)
        print(f"{total} calls that PyTorch {wrong}: {shares}")
    if "--list" in sys.argv:
        for call, kind in verdicts:
            if kind not in ("right", "clear"):
                print(kind, call, "" if kind == "silent" else f"-> {outcome(call, minigrad)!r}"[:150])


if __name__ == "__main__":
    main()
