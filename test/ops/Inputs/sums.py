#!/usr/bin/env python3
"""sums.py GROUP: functions that are f32 sums of many lengths, each said in test.terms.

Groups: 'reductions', 'contractions', 'batches' (sums over the run-time dimension).
"""
import sys

LENGTHS = (1, 2, 3, 7, 8, 15, 16, 17, 63, 64, 65, 1000, 4097, 65536)


def factors(length):
    """Two numbers with this product, the second the smallest above its root."""
    second = next(n for n in range(1, length + 1) if length % n == 0 and n * n >= length)
    return length // second, second


def tensor(*shape, element="f32"):
    return f"tensor<{''.join(f'{size}x' for size in shape)}{element}>"


def rows(bound, *shape, element="f32"):
    sizes = "".join(f"{size}x" for size in ("?", *shape))
    return f"tensor<{sizes}{element}, #sinter.enc<batch max {bound}>>"


def function(name, arguments, results, terms, lines, *attributes):
    """`arguments` are types, or types with an attribute, called %a0 and so on."""
    listed = ", ".join(f"%a{i}: {text}" for i, text in enumerate(arguments))
    shown = ", ".join(["test.no_gradient", f"test.terms = [{terms}]", *attributes])
    print(f"func.func @{name}({listed}) -> ({', '.join(results)}) attributes {{{shown}}} {{")
    for line in lines:
        print("  " + line)
    values = ", ".join(f"%r{i}" for i in range(len(results)))
    print(f"  return {values} : {', '.join(results)}\n}}\n")


# Sums that only grow round more than those that stay near zero, and sums of equal
# numbers round to one side.
POSITIVE = " {test.range = [0.0, 2.0]}"
EQUAL = " {test.range = [0.7, 0.70001]}"


def reduction(name, given, axes, result, terms, *attributes, argument=""):
    line = f"%r0 = sinter.reduce sum %a0 axes {axes} : {given} -> {result}"
    function(name, [given + argument], [result], terms, [line], *attributes)


def contraction(name, spec, a, b, result, terms, *attributes, argument=""):
    line = f'%r0 = sinter.contract "{spec}" %a0, %a1 : {a}, {b} -> {result}'
    function(name, [a + argument, b + argument], [result], terms, [line], *attributes)


def reductions(k):
    p, q = factors(k)
    wide, three = tensor(3, k), tensor(3)
    reduction(f"rows_{k}", wide, [1], three, k)
    reduction(f"columns_{k}", tensor(k, 19), [0], tensor(19), k, argument=POSITIVE)
    reduction(f"all_{k}", tensor(p, q), [0, 1], tensor(), k)
    reduction(f"axes_{k}", tensor(2, p, 3, q), [1, 3], tensor(2, 3), k,
              argument=POSITIVE)
    reduction(f"equal_{k}", wide, [1], three, k, "test.biased", argument=EQUAL)
    function(f"mean_{k}", [wide], [three], k,
             [f"%s = sinter.reduce sum %a0 axes [1] : {wide} -> {three}",
              f"%n = sinter.splat {1 / k!r} : f32 -> {three}",
              f"%r0 = sinter.mul %s, %n : {three}"], "test.roundings = 2")
    function(f"products_{k}", [wide, wide], [three], k,
             [f"%p = sinter.mul %a0, %a1 : {wide}",
              f"%r0 = sinter.reduce sum %p axes [1] : {wide} -> {three}"],
             "test.roundings = 1")
    # Two exponentials of 2 ulp, two differences of up to 4, a quotient.
    function(f"softmax_{k}", [wide], [wide], k, [f"%r0 = sinter.softmax %a0 : {wide}"],
             "test.relative", "test.roundings = 18")


def contractions(k):
    p, q = factors(k)
    contraction(f"dot_{k}", "i,i->", tensor(k), tensor(k), tensor(), k)
    contraction(f"by_vector_{k}", "ij,j->i", tensor(3, k), tensor(k), tensor(3), k,
                argument=POSITIVE)
    contraction(f"vector_by_{k}", "i,ij->j", tensor(k), tensor(k, 3), tensor(3), k)
    contraction(f"each_row_{k}", "bi,bi->b", tensor(3, k), tensor(3, k), tensor(3), k)
    contraction(f"matrices_{k}", "mk,kn->mn", tensor(3, k), tensor(k, 5), tensor(3, 5), k,
                argument=POSITIVE)
    contraction(f"equal_{k}", "mk,kn->mn", tensor(3, k), tensor(k, 5), tensor(3, 5), k,
                "test.biased", argument=EQUAL)
    contraction(f"transposed_{k}", "mk,nk->nm", tensor(3, k), tensor(5, k), tensor(5, 3), k)
    contraction(f"batched_{k}", "bmk,bkn->bmn", tensor(2, 3, k), tensor(2, k, 2),
                tensor(2, 3, 2), k)
    contraction(f"two_letters_{k}", "apq,pqb->ab", tensor(2, p, q), tensor(p, q, 3),
                tensor(2, 3), k, argument=POSITIVE)
    contraction(f"lonely_{k}", "pq,n->n", tensor(p, q), tensor(3), tensor(3), k,
                "test.roundings = 1")


def batches(k):
    """Sums over up to k rows, as the gradients of layers and losses are."""
    x, y, mask, w = rows(k, 4), rows(k, 3), rows(k, 3, element="i1"), tensor(3, 4)
    reduction(f"over_batch_{k}", x, [0], tensor(4), '"batch"', argument=POSITIVE)
    reduction(f"over_all_{k}", x, [0, 1], tensor(), '4, "batch"')
    contraction(f"outer_{k}", "bo,bi->oi", y, x, w, '"batch"', argument=POSITIVE)
    for name, condition in (("linear", []), ("masked", [mask])):
        chosen = "%z"
        lines = [f'%m = sinter.contract "bi,oi->bo" %a0, %a1 : {x}, {w} -> {y}',
                 f"%b = sinter.broadcast %a2 dims [1] : {tensor(3)} -> {y}",
                 f"%z = sinter.add %m, %b : {y}"]
        if condition:
            chosen = "%c"
            lines += [f"%o = sinter.splat 0.0 : f32 -> {y}",
                      f"%c = sinter.select %a4, %z, %o : {mask}, {y}"]
        lines += [f"%t = sinter.mul {chosen}, %a3 : {y}",
                  f"%l = sinter.reduce sum %t axes [0, 1] : {y} -> {tensor()}",
                  f'%r0, %r1 = sinter.gradient %l wrt(%a1, %a2) {{names = ["w", "b"]}} : '
                  f"({tensor()}, {w}, {tensor(3)}) -> ({w}, {tensor(3)})"]
        function(f"{name}_{k}", [x, w, tensor(3), y, *condition], [w, tensor(3)],
                 '"batch"', lines, "test.roundings = 1")


GROUPS = {"reductions": reductions, "contractions": contractions, "batches": batches}


def main():
    for length in LENGTHS:
        GROUPS[sys.argv[1]](length)


main()
