#!/usr/bin/env python3
"""Table of contraction speeds: our kernels, the FMA peak of the same moment, PyTorch.

usage: PYTHON bench/gemm.py BENCH [--bits=512] [--rounds=9] [--seconds=0.03] [SHAPE...]

BENCH is the built sinter_gemm_bench; a SHAPE is OP:MxNxK[:DYNAMIC] (NT:256x256x784:m).
PyTorch is compared if PYTHON can import it. All are timed in turn, one thread, in CPU
time; ratios are medians of the rounds' ratios.
"""
import argparse
import statistics
import subprocess
import time

try:
    import torch
    torch.set_num_threads(1)
except ImportError:
    torch = None

SHAPES = """NT:256x256x784:m NT:256x256x784 NN:256x256x784 TN:256x784x256:k NN:256x256x10:m
NT:256x10x256:m TN:10x256x256:k NN:256x256x256 NT:256x256x256 TN:256x256x256 NN:250x250x784
NT:250x250x784 TN:250x784x250 NN:512x512x512 NT:512x512x512 TN:512x512x512 NN:1024x1024x1024
NN:64x64x64 NT:32x256x784 NT:1x256x784 NN:1x256x784 NN:256x1x784 TN:784x1x256 NN:1000x100x300""".split()


class Bench:
    def __init__(self, path, bits):
        self.process = subprocess.Popen([path, str(bits)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def ask(self, *words):
        print(*words, file=self.process.stdin, flush=True)
        return [float(word) for word in self.process.stdout.readline().split()]


def torch_call(op, m, n, k):
    a = torch.rand((k, m) if op[0] == "T" else (m, k)) - 0.5
    b = torch.rand((n, k) if op[1] == "T" else (k, n)) - 0.5
    a, b = a.t() if op[0] == "T" else a, b.t() if op[1] == "T" else b
    out = torch.empty(m, n)
    return lambda: torch.mm(a, b, out=out)


def torch_gflops(call, flops, seconds):
    calls, batch, start = 0, 1, time.thread_time()
    while (elapsed := time.thread_time() - start) < seconds:
        for _ in range(batch):
            call()
        calls, batch = calls + batch, batch * 2
    return calls * flops / elapsed * 1e-9


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("bench")
    parser.add_argument("shapes", nargs="*", default=SHAPES)
    parser.add_argument("--bits", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=0.03)
    args = parser.parse_intermixed_args()
    bench = Bench(args.bench, args.bits)

    rows = []
    for shape in args.shapes:
        op, sizes, *dynamic = shape.split(":")
        m, n, k = map(int, sizes.split("x"))
        number, code, compile_ms = bench.ask("build", op, m, n, k, *(dynamic or "-"))
        call = torch_call(op, m, n, k) if torch else None
        rows.append((shape, 2 * m * n * k, int(number), int(code), compile_ms, call, []))
    for _ in range(args.rounds):
        for shape, flops, number, _, _, call, samples in rows:
            peak, = bench.ask("peak", args.seconds / 4)
            ours, = bench.ask("time", number, args.seconds)
            rival = torch_gflops(call, flops, args.seconds) if call else 0
            samples.append((ours, peak, rival))

    print(f"{'shape':22} {'GF/s':>7} {'peak':>7} {'of peak':>8} {'torch':>7} {'x torch':>8} "
          f"{'code':>6} {'ms':>5}")
    for shape, _, _, code, compile_ms, call, samples in rows:
        ours, peak, rival = (statistics.median(column) for column in zip(*samples))
        share = statistics.median(s[0] / s[1] for s in samples)
        ratio = statistics.median(s[0] / s[2] for s in samples) if call else 0
        print(f"{shape:22} {ours:7.1f} {peak:7.1f} {share:8.1%} {rival:7.1f} {ratio:8.2f} "
              f"{code:6} {compile_ms:5.0f}")


main()
