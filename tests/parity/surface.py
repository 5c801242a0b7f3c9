"""The names that minigrad promises, all of them PyTorch's, by chapter; what follows a dot is an attribute."""

from __future__ import annotations

from typing import Any

import minigrad

NAMES: dict[str, str] = {
    "Making tensors": """
        tensor as_tensor from_numpy Tensor FloatTensor DoubleTensor HalfTensor LongTensor IntTensor ShortTensor
        ByteTensor BoolTensor zeros ones full empty eye arange linspace zeros_like ones_like full_like empty_like
        rand randn randint randperm rand_like randn_like randint_like normal bernoulli multinomial manual_seed seed
        initial_seed get_rng_state set_rng_state Generator default_generator random.manual_seed
        float16 half float32 float float64 double int8 int16 short int32 int int64 long uint8 bool dtype Size
        set_default_dtype get_default_dtype set_default_tensor_type set_default_device set_printoptions
        is_tensor is_floating_point finfo iinfo __version__
        device cuda.is_available cuda.manual_seed cuda.manual_seed_all cuda.device_count backends.cudnn.deterministic
        backends.cudnn.benchmark backends.mps.is_available accelerator.is_available use_deterministic_algorithms
        set_num_threads get_num_threads
    """,
    "Elementwise": """
        add sub mul div pow square sqrt rsqrt exp expm1 log log1p log2 log10 abs sign neg reciprocal sin cos tan tanh
        sinh cosh arctan atan sigmoid erf relu clamp clip maximum minimum where lerp addcmul addcdiv round floor ceil
        trunc isnan isinf isfinite eq ne lt le gt ge logical_and logical_or logical_not logical_xor equal allclose
        isclose remainder fmod floor_divide true_divide multiply subtract divide negative absolute asin acos arcsin
        arccos atan2 nan_to_num sgn exp2 logaddexp bitwise_and bitwise_or bitwise_not bitwise_xor
    """,
    "Reductions": """
        sum mean prod max min amax amin argmax argmin std var var_mean std_mean norm logsumexp softmax log_softmax
        cumsum cumprod all any topk sort argsort unique median count_nonzero nansum nanmean
    """,
    "Shape and choice": """
        reshape flatten squeeze unsqueeze transpose t swapaxes swapdims permute movedim moveaxis
        broadcast_to broadcast_tensors tile flip fliplr flipud roll cat concat concatenate stack hstack vstack
        dstack column_stack split chunk unbind index_select gather scatter scatter_add take_along_dim masked_select
        masked_fill nonzero argwhere tril triu diag diagonal outer numel ravel narrow select repeat_interleave
        meshgrid atleast_1d atleast_2d clone detach
        Tensor.reshape Tensor.view Tensor.view_as Tensor.reshape_as Tensor.flatten Tensor.squeeze Tensor.unsqueeze
        Tensor.transpose Tensor.t Tensor.T Tensor.mT Tensor.permute Tensor.expand Tensor.expand_as Tensor.repeat
        Tensor.scatter_ Tensor.scatter_add_ Tensor.masked_fill_ Tensor.index_select Tensor.gather Tensor.split
        Tensor.chunk Tensor.unbind Tensor.unflatten Tensor.size Tensor.dim Tensor.numel Tensor.nelement Tensor.stride
    """,
    "Products": "matmul mm bmm mv dot addmm einsum inner tensordot baddbmm addmv Tensor.__matmul__",
    "Tensor as an object": """
        Tensor.shape Tensor.dtype Tensor.ndim Tensor.device Tensor.data Tensor.grad Tensor.grad_fn Tensor.requires_grad
        Tensor.requires_grad_ Tensor.is_leaf Tensor.retain_grad Tensor.register_hook Tensor.backward Tensor.detach
        Tensor.detach_ Tensor.clone Tensor.item Tensor.tolist Tensor.numpy Tensor.float Tensor.double Tensor.int
        Tensor.long Tensor.bool Tensor.half Tensor.type Tensor.type_as Tensor.to Tensor.cpu Tensor.contiguous
        Tensor.is_contiguous Tensor.copy_ Tensor.fill_ Tensor.zero_ Tensor.add_ Tensor.sub_ Tensor.mul_ Tensor.div_
        Tensor.clamp_ Tensor.normal_ Tensor.uniform_ Tensor.bernoulli_ Tensor.random_ Tensor.exponential_ Tensor.relu_
        Tensor.sqrt_ Tensor.exp_ Tensor.pow_ Tensor.addcmul_ Tensor.addcdiv_ Tensor.lerp_ Tensor.new_zeros
        Tensor.new_ones Tensor.new_tensor Tensor.new_empty Tensor.new_full Tensor.element_size Tensor.data_ptr
        Tensor.__len__ Tensor.__iter__ Tensor.__getitem__ Tensor.__setitem__ Tensor.__deepcopy__ Tensor.__reduce_ex__
        Tensor.__array__ Tensor.__format__ Tensor.__contains__
    """,
    "autograd": """
        autograd.backward autograd.grad autograd.Function autograd.Variable no_grad enable_grad set_grad_enabled
        inference_mode is_grad_enabled autograd.no_grad autograd.enable_grad autograd.detect_anomaly
        autograd.set_detect_anomaly autograd.gradcheck autograd.gradgradcheck autograd.functional.jacobian
        autograd.functional.hessian
    """,
    "nn": """
        nn.Module nn.Parameter nn.Sequential nn.ModuleList nn.ModuleDict nn.ParameterList nn.ParameterDict nn.Identity
        nn.Flatten nn.Unflatten nn.Linear nn.Bilinear nn.Embedding nn.ReLU nn.LeakyReLU nn.ELU nn.GELU nn.SiLU
        nn.Sigmoid nn.Tanh nn.Softplus nn.Softmax nn.LogSoftmax nn.Dropout nn.Dropout1d nn.Dropout2d nn.AlphaDropout
        nn.FeatureAlphaDropout nn.BatchNorm1d nn.LayerNorm nn.MSELoss nn.L1Loss nn.SmoothL1Loss nn.HuberLoss
        nn.CrossEntropyLoss nn.NLLLoss nn.BCELoss nn.BCEWithLogitsLoss nn.KLDivLoss
        nn.Module.parameters nn.Module.named_parameters nn.Module.modules nn.Module.named_modules nn.Module.children
        nn.Module.named_children nn.Module.buffers nn.Module.named_buffers nn.Module.register_buffer
        nn.Module.register_parameter nn.Module.apply nn.Module.train nn.Module.eval nn.Module.zero_grad
        nn.Module.requires_grad_ nn.Module.state_dict nn.Module.load_state_dict nn.Module.to nn.Module.float
        nn.Module.double nn.Module.half nn.Module.cpu nn.Module.register_forward_hook
        nn.Module.register_forward_pre_hook nn.Module.register_full_backward_hook nn.Module.extra_repr
        nn.Module.add_module nn.Module.register_module nn.Module.get_submodule nn.Module.get_parameter
    """,
    "nn.functional": """
        nn.functional.linear nn.functional.bilinear nn.functional.embedding nn.functional.relu
        nn.functional.leaky_relu nn.functional.elu nn.functional.gelu nn.functional.silu nn.functional.sigmoid
        nn.functional.tanh nn.functional.softplus nn.functional.softmax nn.functional.log_softmax
        nn.functional.logsigmoid nn.functional.dropout nn.functional.dropout1d nn.functional.dropout2d
        nn.functional.alpha_dropout nn.functional.feature_alpha_dropout nn.functional.batch_norm
        nn.functional.layer_norm nn.functional.normalize nn.functional.mse_loss nn.functional.l1_loss
        nn.functional.smooth_l1_loss nn.functional.huber_loss nn.functional.cross_entropy nn.functional.nll_loss
        nn.functional.binary_cross_entropy nn.functional.binary_cross_entropy_with_logits nn.functional.kl_div
        nn.functional.one_hot nn.functional.pad
    """,
    "nn.init and nn.utils": """
        nn.init.uniform_ nn.init.normal_ nn.init.constant_ nn.init.zeros_ nn.init.ones_ nn.init.eye_
        nn.init.xavier_uniform_ nn.init.xavier_normal_ nn.init.kaiming_uniform_ nn.init.kaiming_normal_
        nn.init.orthogonal_ nn.init.trunc_normal_ nn.init.calculate_gain nn.utils.clip_grad_norm_
        nn.utils.clip_grad_value_ nn.utils.parameters_to_vector nn.utils.vector_to_parameters
    """,
    "optim": """
        optim.Optimizer optim.Optimizer.add_param_group optim.Optimizer.state_dict optim.Optimizer.load_state_dict
        optim.Optimizer.zero_grad optim.Optimizer.step optim.SGD optim.Adam optim.AdamW optim.RMSprop optim.Adagrad
        optim.lr_scheduler.StepLR optim.lr_scheduler.MultiStepLR optim.lr_scheduler.ExponentialLR
        optim.lr_scheduler.CosineAnnealingLR optim.lr_scheduler.LambdaLR optim.lr_scheduler.ReduceLROnPlateau
        optim.lr_scheduler.LinearLR optim.lr_scheduler.OneCycleLR
    """,
    "utils.data": """
        utils.data.Dataset utils.data.IterableDataset utils.data.TensorDataset utils.data.Subset
        utils.data.ConcatDataset utils.data.random_split utils.data.DataLoader utils.data.Sampler
        utils.data.SequentialSampler utils.data.RandomSampler utils.data.SubsetRandomSampler
        utils.data.WeightedRandomSampler utils.data.BatchSampler utils.data.default_collate
    """,
    "Files": "save load",
}


def names() -> list[str]:
    """Return every promised name, in the order of the chapters."""
    return [name for words in NAMES.values() for name in words.split()]


def exists(dotted: str, root: Any = minigrad) -> bool:
    """Whether minigrad has something of a dotted name."""
    for name in dotted.split("."):
        if not hasattr(root, name):
            return False
        root = getattr(root, name)
    return True


def missing() -> list[str]:
    """Return the promised names that minigrad does not have."""
    return [name for name in names() if not exists(name)]
