"""make_function_goldens.py: writes Inputs/functions.sinter, which checks each
activation, loss, penalty and metric of the language, and its gradient, against
what PyTorch computes in f64. Run by hand; needs torch."""
import os

import torch
import torch.nn.functional as F

# Nowhere near a kink; the same bits in f32.
X = [-4.25, -2.5, -1.125, -0.625, -0.3125, -0.0625, 0.09375, 0.375, 0.6875, 1.25, 2.75, 4.5]
LOGITS = [[1.5, -0.25, 0.75, -2.0, 0.125], [-1.0, 2.5, 0.5, 0.25, -0.5], [0.375, 0.625, -0.875, 1.75, 3.0]]
LABELS = [2, 0, 4]
SOFT = [[0.5, 0.25, 0.125, 0.0625, 0.0625], [0.0, 0.75, 0.25, 0.0, 0.0], [0.125, 0.125, 0.25, 0.25, 0.25]]
CLASS_WEIGHTS = [0.5, 2.0, 1.5, 0.25, 3.0]
TRUTH = [0.75, -1.5, 2.0, 0.25, -0.5, 1.125, 3.5, -0.875, 0.0625, 1.0, 2.25, -3.0]
WEIGHTS = [0.5, 1.0, 2.0, 0.25, 1.5, 0.75, 0.5, 3.0, 1.25, 0.125, 1.0, 0.5]
PROBABILITIES = [0.125, 0.5, 0.875, 0.25, 0.0625, 0.75, 0.3125, 0.9375, 0.4375, 0.625, 0.1875, 0.6875]
BITS = [0.0, 1.0, 1.0, 0.0, 1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0]
SIGNS = [2 * bit - 1 for bit in BITS]
COUNTS = [0.0, 1.0, 2.0, 5.0, 0.0, 3.0, 1.0, 8.0, 2.0, 4.0, 1.0, 6.0]

x = torch.tensor(X, dtype=torch.float64)
logits = torch.tensor(LOGITS, dtype=torch.float64)
label = torch.tensor(LABELS)
soft = torch.tensor(SOFT, dtype=torch.float64)
v = torch.tensor(CLASS_WEIGHTS, dtype=torch.float64)
y = torch.tensor(TRUTH, dtype=torch.float64)
w = torch.tensor(WEIGHTS, dtype=torch.float64)
p = torch.tensor(PROBABILITIES, dtype=torch.float64)
bits = torch.tensor(BITS, dtype=torch.float64)
signs = torch.tensor(SIGNS, dtype=torch.float64)
counts = torch.tensor(COUNTS, dtype=torch.float64)

# What the language says, what PyTorch says, and the value that both are
# differentiated by.
CASES = [
    ("relu(x)", lambda: F.relu(x), x),
    ("sigmoid(x)", lambda: torch.sigmoid(x), x),
    ("tanh(x)", lambda: torch.tanh(x), x),
    ("leaky_relu(x)", lambda: F.leaky_relu(x), x),
    ("leaky_relu(x, negative_slope = 0.2)", lambda: F.leaky_relu(x, 0.2), x),
    ("elu(x)", lambda: F.elu(x), x),
    ("elu(x, alpha = 0.5)", lambda: F.elu(x, 0.5), x),
    ("celu(x, alpha = 0.5)", lambda: F.celu(x, 0.5), x),
    ("selu(x)", lambda: F.selu(x), x),
    ("gelu(x)", lambda: F.gelu(x), x),
    ('gelu(x, approximate = "tanh")', lambda: F.gelu(x, approximate="tanh"), x),
    ("silu(x)", lambda: F.silu(x), x),
    ("swish(x, beta = 1.5)", lambda: x * torch.sigmoid(1.5 * x), x),
    ("softplus(x)", lambda: F.softplus(x), x),
    ("softplus(x, beta = 2)", lambda: F.softplus(x, 2), x),
    ("logsigmoid(x)", lambda: F.logsigmoid(x), x),
    ("mish(x)", lambda: F.mish(x), x),
    ("softsign(x)", lambda: F.softsign(x), x),
    ("tanhshrink(x)", lambda: F.tanhshrink(x), x),
    ("hardtanh(x)", lambda: F.hardtanh(x), x),
    ("hardtanh(x, min_val = -2, max_val = 0.5)", lambda: F.hardtanh(x, -2, 0.5), x),
    ("relu6(2 * x)", lambda: F.relu6(2 * x), x),
    ("hardsigmoid(x)", lambda: F.hardsigmoid(x), x),
    ("hardswish(x)", lambda: F.hardswish(x), x),
    ("hardshrink(x)", lambda: F.hardshrink(x), x),
    ("softshrink(x)", lambda: F.softshrink(x), x),
    ("threshold(x, 0.1, -7.5)", lambda: F.threshold(x, 0.1, -7.5), x),
    ("softmax(logits)", lambda: torch.softmax(logits, -1), logits),
    ("log_softmax(logits)", lambda: torch.log_softmax(logits, -1), logits),
    ("logsumexp(logits)", lambda: torch.logsumexp(logits, -1), logits),

    ("mse(x, y)", lambda: F.mse_loss(x, y), x),
    ('mse(x, y, reduction = "sum")', lambda: F.mse_loss(x, y, reduction="sum"), x),
    ('mse(x, y, reduction = "none")', lambda: F.mse_loss(x, y, reduction="none"), x),
    ("mse(x, y, weight = w)", lambda: (w * F.mse_loss(x, y, reduction="none")).mean(), x),
    ("mae(x, y)", lambda: F.l1_loss(x, y), x),
    ('l1(x, y, reduction = "sum", weight = w)', lambda: (w * F.l1_loss(x, y, reduction="none")).sum(), x),
    ("huber(x, y)", lambda: F.huber_loss(x, y), x),
    ("huber(x, y, delta = 2.5)", lambda: F.huber_loss(x, y, delta=2.5), x),
    ("smooth_l1(x, y)", lambda: F.smooth_l1_loss(x, y), x),
    ("smooth_l1(x, y, beta = 0.5)", lambda: F.smooth_l1_loss(x, y, beta=0.5), x),
    ("cross_entropy(logits, label)", lambda: F.cross_entropy(logits, label), logits),
    ('cross_entropy(logits, label, reduction = "sum")', lambda: F.cross_entropy(logits, label, reduction="sum"), logits),
    ('cross_entropy(logits, label, reduction = "none")',
     lambda: F.cross_entropy(logits, label, reduction="none"), logits),
    ("cross_entropy(logits, soft)", lambda: F.cross_entropy(logits, soft), logits),
    ("cross_entropy(logits, label, weight = v)", lambda: F.cross_entropy(logits, label, weight=v), logits),
    ('cross_entropy(logits, label, weight = v, reduction = "none")',
     lambda: F.cross_entropy(logits, label, weight=v, reduction="none"), logits),
    ("cross_entropy(logits, soft, weight = v)", lambda: F.cross_entropy(logits, soft, weight=v), logits),
    ("cross_entropy(logits, label, label_smoothing = 0.1)",
     lambda: F.cross_entropy(logits, label, label_smoothing=0.1), logits),
    ("cross_entropy(logits, label, weight = v, label_smoothing = 0.1)",
     lambda: F.cross_entropy(logits, label, weight=v, label_smoothing=0.1), logits),
    ("cross_entropy(logits, soft, label_smoothing = 0.1)",
     lambda: F.cross_entropy(logits, soft, label_smoothing=0.1), logits),
    ("nll(log_softmax(logits), label)", lambda: F.nll_loss(torch.log_softmax(logits, -1), label), logits),
    ("binary_cross_entropy(p, bits)", lambda: F.binary_cross_entropy(p, bits), p),
    ('bce(p, bits, reduction = "sum", weight = w)',
     lambda: F.binary_cross_entropy(p, bits, weight=w, reduction="sum"), p),
    ("binary_cross_entropy_with_logits(x, bits)", lambda: F.binary_cross_entropy_with_logits(x, bits), x),
    ("bce_with_logits(x, bits, weight = w)", lambda: F.binary_cross_entropy_with_logits(x, bits, weight=w), x),
    ("bce_with_logits(x, bits, pos_weight = 2.5)",
     lambda: F.binary_cross_entropy_with_logits(x, bits, pos_weight=torch.tensor(2.5)), x),
    ("kl_div(log_softmax(logits), soft)", lambda: F.kl_div(torch.log_softmax(logits, -1), soft), logits),
    ('kl_div(log_softmax(logits), soft, reduction = "batchmean")',
     lambda: F.kl_div(torch.log_softmax(logits, -1), soft, reduction="batchmean"), logits),
    ("kl_div(log_softmax(logits), log_softmax(2 * soft), log_target = true)",
     lambda: F.kl_div(torch.log_softmax(logits, -1), torch.log_softmax(2 * soft, -1), log_target=True), logits),
    ("gaussian_nll(x, y, p)", lambda: F.gaussian_nll_loss(x, y, p), x),
    ("gaussian_nll(x, y, p, full = true)", lambda: F.gaussian_nll_loss(x, y, p, full=True), p),
    ("poisson_nll(x, counts)", lambda: F.poisson_nll_loss(x, counts), x),
    ("poisson_nll(p, counts, log_input = false, full = true)",
     lambda: F.poisson_nll_loss(p, counts, log_input=False, full=True), p),
    ("hinge(x, signs)", lambda: torch.clamp(1 - signs * x, min=0).mean(), x),
    ("soft_margin(x, signs)", lambda: F.soft_margin_loss(x, signs), x),
    ("logistic(x, signs)", lambda: F.soft_margin_loss(x, signs), x),

    ("l1_penalty(x)", lambda: x.abs().sum(), x),
    ("l2_penalty(x)", lambda: x.square().sum() / 2, x),
    ("rmse(x, y)", lambda: (x - y).square().mean().sqrt(), x),
    ("norm(x)", lambda: torch.linalg.vector_norm(x), x),
    ("norm(x, p = 1)", lambda: torch.linalg.vector_norm(x, 1), x),
    ("norm(x, p = 3)", lambda: torch.linalg.vector_norm(x, 3), x),
    ("r2(x, y)", lambda: 1 - (x - y).square().sum() / (y - y.mean()).square().sum(), None),
    ("mean(accuracy(logits, label))", lambda: (logits.argmax(-1) == label).double().mean(), None),
    ("mean(top_k_accuracy(logits, label, k = 2))",
     lambda: (logits.topk(2).indices == label[:, None]).any(-1).double().mean(), None),
    ("mean(top_k_accuracy(logits, label, k = 4))",
     lambda: (logits.topk(4).indices == label[:, None]).any(-1).double().mean(), None),
    ("mean(binary_accuracy(x, bits))", lambda: ((x > 0) == (bits > 0.5)).double().mean(), None),
]

def literal(values):
    if isinstance(values, list):
        return "[" + ", ".join(literal(value) for value in values) + "]"
    return repr(values) if isinstance(values, int) else f"{values:.9g}" if "." in f"{values:.9g}" or "e" in f"{values:.9g}" else f"{values:.1f}"

def name_of(value):
    return next(name for name, other in INPUTS.items() if other is value)

INPUTS = {"x": x, "logits": logits, "p": p}
lines = ["# Made by make_function_goldens.py; the numbers are PyTorch's.", "program functions {"]
for name, values in [("x", X), ("y", TRUTH), ("w", WEIGHTS), ("p", PROBABILITIES), ("bits", BITS), ("signs", SIGNS),
                     ("counts", COUNTS), ("logits", LOGITS), ("soft", SOFT), ("v", CLASS_WEIGHTS), ("label", LABELS)]:
    lines.append(f"  let {name} = {literal(values)}")
for text, function, variable in CASES:
    if variable is not None:
        variable.requires_grad_()
        variable.grad = None
    value = function()
    lines.append(f"  check close({text}, {literal(value.tolist())}, rtol = 2e-6, atol = 1e-6)")
    if variable is None:
        continue
    # A seed that is not the same everywhere, where there is more than one value.
    scale = torch.arange(1, value.numel() + 1, dtype=torch.float64).reshape(value.shape)
    (value * scale).sum().backward()
    weighted = text
    if value.ndim > 0:
        shape = "" if value.ndim == 1 else f", {literal(list(value.shape))}"
        numbers = f"arange(1.0, {value.numel() + 1})"
        weighted = f"sum({text} * {numbers if value.ndim == 1 else f'reshape({numbers}{shape})'})"
    lines.append(f"  check close(grad({weighted}, {name_of(variable)}), {literal(variable.grad.tolist())}, "
                 "rtol = 1e-5, atol = 2e-6)")
    variable.requires_grad_(False)
lines.append(f'  print {len(CASES)}, "functions agree"')
lines.append("}")
path = os.path.join(os.path.dirname(__file__), "Inputs", "functions.sinter")
with open(path, "w") as file:
    file.write("\n".join(lines) + "\n")
