"""make_training_goldens.py DIR: makes training-SEED.golden, the step losses of
the experiments in Inputs/training.sinter, with PyTorch in f64. DIR holds the
files that `fashion-standin DIR 1000 300` writes. Run by hand; needs torch.

Each line is an experiment and its losses. What PyTorch has is PyTorch's:
optimizers, schedulers, clipping. Yogi and warm-up are written out here."""
import math
import os
import sys

import torch
import torch.nn.functional as F
from torch.optim import lr_scheduler

sys.path.insert(0, os.path.dirname(__file__))
import training

def read(path, header):
    with open(path, "rb") as file:
        return torch.frombuffer(bytearray(file.read()[header:]), dtype=torch.uint8)

folder = sys.argv[1]
images = (read(f"{folder}/train-images-idx3-ubyte", 16).reshape(-1, 784).float() / 255).double()
labels = read(f"{folder}/train-labels-idx1-ubyte", 8).long()

class Yogi(torch.optim.Optimizer):
    """Zaheer et al. 2018, with Adam's bias correction."""
    def __init__(self, params, lr=0.01, betas=(0.9, 0.999), eps=1e-3, initial=1e-6):
        super().__init__(params, dict(lr=lr, betas=betas, eps=eps, initial=initial))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            b1, b2 = group["betas"]
            for p in group["params"]:
                state = self.state[p]
                if not state:
                    state.update(t=0, m=torch.zeros_like(p), v=torch.full_like(p, group["initial"]))
                state["t"] += 1
                square = p.grad * p.grad
                state["m"].mul_(b1).add_(p.grad, alpha=1 - b1)
                state["v"].sub_((1 - b2) * torch.sign(state["v"] - square) * square)
                m = state["m"] / (1 - b1 ** state["t"])
                v = state["v"] / (1 - b2 ** state["t"])
                p.sub_(group["lr"] * m / (v.sqrt() + group["eps"]))

# ---- Models: (parameters, rows, labels) to the loss.

def linear(p, x, y):
    y_hat = F.linear(x[:, 300:337], p["out.weight"], p["out.bias"])
    return F.mse_loss(y_hat, y.double().reshape(-1, 1) / 10)

def softmax_regression(p, x, y):
    return F.cross_entropy(F.linear(x, p["out.weight"], p["out.bias"]), y)

def net(p, x, y):
    h = torch.tanh(F.linear(x[:, 300:361], p["hidden.weight"], p["hidden.bias"]))
    return F.cross_entropy(F.linear(h, p["out.weight"], p["out.bias"]), y)

def penalised(p, x, y):
    return (net(p, x, y) + 0.01 * p["hidden.weight"].abs().sum()
            + 0.1 * p["out.weight"].square().sum() / 2)

def deep(p, x, y):
    def layer(i, h):
        return F.linear(h, p[f"fc{i}.weight"], p[f"fc{i}.bias"])
    z = layer(1, x[:, 300:337])
    z = layer(2, 0.4 * (F.relu(z) + F.leaky_relu(z) + F.prelu(z, p["slope.weight"])))
    z = layer(3, 0.4 * (F.elu(z) + F.celu(z, 0.7) + F.selu(z)))
    z = layer(4, 0.4 * (F.gelu(z) + F.gelu(z, approximate="tanh") + F.silu(z) + z * torch.sigmoid(1.5 * z)))
    z = layer(5, 0.4 * (F.softplus(z) + F.softplus(z, 2) + F.logsigmoid(z) + F.mish(z)))
    z = layer(6, 0.4 * (torch.tanh(z) + torch.sigmoid(z) + F.softsign(z)))
    z = layer(7, 0.4 * (F.hardtanh(z, -0.3, 0.2) + F.relu6(z) + F.tanhshrink(z)))
    h = 0.4 * (F.hardsigmoid(z) + F.hardswish(z) + F.softshrink(z, 0.1) + F.hardshrink(z, 0.1)
               + F.threshold(z, 0.05, 0.3))
    return F.cross_entropy(layer(8, h), y)

MODELS = {"linear": linear, "softmax_regression": softmax_regression, "net": net, "deep": deep}

# ---- Experiments: (optimizer of the parameters, other settings).

def plain(kind, **settings):
    return lambda p: kind(p.values(), **settings)

def grouped(kind, weights, biases, **settings):
    return lambda p: kind([{"params": [v for v in p.values() if v.ndim > 1], **weights},
                           {"params": [v for v in p.values() if v.ndim < 2], **biases}], **settings)

def each_step(kind, **settings):
    return dict(scheduler=lambda optimizer: kind(optimizer, **settings), every="step")

def each_epoch(kind, **settings):
    return dict(scheduler=lambda optimizer: kind(optimizer, **settings), every="epoch")

def warm_cosine(t):
    if t < 2:
        return (t + 1) / 2
    return (0.05 + 0.45 * (1 + math.cos(math.pi * (t - 2) / 3)) / 2) / 0.5

SGD, Adam, AdamW = torch.optim.SGD, torch.optim.Adam, torch.optim.AdamW
Adagrad, RMSprop, Adadelta = torch.optim.Adagrad, torch.optim.RMSprop, torch.optim.Adadelta
EXPERIMENTS = {
    "linear_regression": (plain(SGD, lr=0.1), {}),
    "softmax_sgd": (plain(SGD, lr=0.1), {}),
    "deep_sgd": (plain(SGD, lr=0.2), {}),
    "deep_adam": (plain(Adam, lr=0.01), {}),
    "momentum": (plain(SGD, lr=0.1, momentum=0.9), {}),
    "dampening": (plain(SGD, lr=0.1, momentum=0.9, dampening=0.3), {}),
    "nesterov": (plain(SGD, lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.01), {}),
    "decay": (grouped(SGD, dict(weight_decay=0.5), {}, lr=0.1), {}),
    "rates": (grouped(SGD, {}, dict(lr=0.02), lr=0.1, momentum=0.9), {}),
    "adagrad_plain": (plain(Adagrad, lr=0.05), {}),
    "adagrad_full": (plain(Adagrad, lr=0.05, lr_decay=0.1, weight_decay=0.02, initial_accumulator_value=0.1), {}),
    "rmsprop_plain": (plain(RMSprop, lr=0.01), {}),
    "rmsprop_full": (plain(RMSprop, lr=0.005, alpha=0.9, eps=0.001, weight_decay=0.02, momentum=0.5, centered=True), {}),
    "adadelta_plain": (plain(Adadelta), {}),
    "adadelta_full": (plain(Adadelta, lr=2, rho=0.8, eps=0.001, weight_decay=0.02), {}),
    "adam_plain": (plain(Adam, lr=0.01), {}),
    "adam_full": (plain(Adam, lr=0.01, betas=(0.8, 0.9), eps=0.0001, weight_decay=0.02, amsgrad=True), {}),
    "adamw_plain": (plain(AdamW, lr=0.01), {}),
    "adamw_groups": (grouped(AdamW, dict(weight_decay=2.0), dict(weight_decay=0), lr=0.01, amsgrad=True), {}),
    "yogi_plain": (plain(Yogi), {}),
    "clipped_value": (plain(SGD, lr=0.5, momentum=0.5), dict(clip_value=0.01)),
    "clipped_norm": (plain(SGD, lr=0.5), dict(clip_norm=0.25)),
    "accumulated": (plain(Adam, lr=0.01), dict(clip_norm=0.25, epochs=6, batch=600)),
    "penalised": (plain(SGD, lr=0.2), dict(loss=penalised)),
    "constant_rate": (plain(SGD, lr=0.3), each_epoch(lr_scheduler.LambdaLR, lr_lambda=lambda t: min(t + 1, 2) / 2)),
    "step_rate": (plain(SGD, lr=0.5), each_step(lr_scheduler.StepLR, step_size=3, gamma=0.3)),
    "step_epochs": (plain(SGD, lr=0.5), dict(epochs=5, **each_epoch(lr_scheduler.StepLR, step_size=2, gamma=0.3))),
    "multi_step_rate": (plain(SGD, lr=0.5), each_step(lr_scheduler.MultiStepLR, milestones=[2, 7], gamma=0.3)),
    "polynomial_rate": (plain(SGD, lr=0.5), each_step(lr_scheduler.PolynomialLR, total_iters=9, power=2)),
    "exponential_rate": (plain(SGD, lr=0.5), each_step(lr_scheduler.ExponentialLR, gamma=0.8)),
    "exponential_epochs": (plain(SGD, lr=0.5), dict(epochs=4, **each_epoch(lr_scheduler.ExponentialLR, gamma=0.5))),
    # PyTorch's cosine rises again after its end.
    "cosine_rate": (plain(SGD, lr=0.5), each_step(
        lr_scheduler.LambdaLR, lr_lambda=lambda t: (0.05 + 0.45 * (1 + math.cos(math.pi * min(t, 9) / 9)) / 2) / 0.5)),
    "cosine_warm": (plain(SGD, lr=0.5), dict(epochs=5, **each_epoch(lr_scheduler.LambdaLR, lr_lambda=warm_cosine))),
}

def train(seed, name, model):
    make, settings = EXPERIMENTS[name]
    loss_of = settings.get("loss", MODELS[model])
    p = {key: torch.tensor(values, dtype=torch.float64).reshape(shape).requires_grad_()
         for key, (shape, values) in training.start(seed, model).items()}
    optimizer = make(p)
    scheduler = settings["scheduler"](optimizer) if "scheduler" in settings else None
    batch = settings.get("batch", 300)
    losses = []
    for _ in range(settings.get("epochs", 3)):
        for begin in range(0, len(images), batch):
            optimizer.zero_grad()
            loss = loss_of(p, images[begin:begin + batch], labels[begin:begin + batch])
            losses.append(loss.item())
            loss.backward()
            if "clip_value" in settings:
                torch.nn.utils.clip_grad_value_(p.values(), settings["clip_value"])
            if "clip_norm" in settings:
                torch.nn.utils.clip_grad_norm_(p.values(), settings["clip_norm"])
            optimizer.step()
            if scheduler and settings["every"] == "step":
                scheduler.step()
        if scheduler and settings["every"] == "epoch":
            scheduler.step()
    return losses

for seed in (1, 2):
    with open(os.path.join(os.path.dirname(__file__), f"training-{seed}.golden"), "w") as file:
        for name, model in training.experiments().items():
            losses = " ".join(f"{loss:.9g}" for loss in train(seed, name, model))
            file.write(f"{name} {losses}\n")
