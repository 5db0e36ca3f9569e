#!/usr/bin/env python3
"""random_control_flow.py SEED COUNT: functions of nested branches and loops.

Every function exchanges, keeps, replaces and partly writes a few values of one
shape, on paths that its arguments choose: what the places of carried values have
to cope with.
"""
import random
import sys

TENSOR, COUNTER, FLAG = "tensor<3x4xf32>", "tensor<i32>", "tensor<i1>"
MAX_DEPTH = 3


class Writer:
    def __init__(self, draw):
        self.draw = draw
        self.lines = []
        self.names = 0

    def name(self):
        self.names += 1
        return f"%v{self.names}"

    def line(self, depth, text):
        self.lines.append("  " * (depth + 1) + text)

    def compute(self, depth, values, counters):
        """Appends one operation and returns its value."""
        draw, result = self.draw, self.name()
        a, b = draw.choice(values), draw.choice(values)
        kind = draw.randrange(7)
        if kind == 0:
            self.line(depth, f"{result} = sinter.maximum {a}, {b} : {TENSOR}")
        elif kind == 1:
            self.line(depth, f"{result} = sinter.neg {a} : {TENSOR}")
        elif kind == 2:
            self.line(depth, f"{result} = sinter.slice {a} offsets [2, 3] "
                             f"strides [-1, -1] : {TENSOR} -> {TENSOR}")
        elif kind == 3:
            self.line(depth, f"{result} = sinter.tanh {a} : {TENSOR}")
        elif kind == 4:
            self.line(depth, f"{result} = sinter.sub {a}, {b} : {TENSOR}")
        else:
            row = self.name()
            self.line(depth, f"{row} = sinter.slice {b} offsets [1, 0] "
                             f"strides [1, 1] : {TENSOR} -> tensor<1x4xf32>")
            self.line(depth, f"{result} = sinter.insert {row} into {a} offsets "
                             f"[0, 0] strides [1, 1] indices("
                             f"{draw.choice(counters)}) axes [0] : "
                             f"(tensor<1x4xf32>, {TENSOR}, {COUNTER}) -> {TENSOR}")
        return result

    def block(self, depth, values, counters, flags):
        """Appends a few operations; returns the values there are then."""
        values = list(values)
        for _ in range(self.draw.randrange(1, 4)):
            kind = self.draw.randrange(4) if depth < MAX_DEPTH else 3
            if kind == 0:
                values += self.branch(depth, values, counters, flags)
            elif kind == 1:
                values += self.loop(depth, values, counters, flags)
            else:
                values.append(self.compute(depth, values, counters))
        return values

    def yields(self, values, count):
        """The last values most often, so that they replace the others."""
        recent = values[-3:]
        return [self.draw.choice(recent if self.draw.random() < 0.7 else values)
                for _ in range(count)]

    def branch(self, depth, values, counters, flags):
        count = self.draw.randrange(0, 3)
        results = [self.name() for _ in range(count)]
        types = f" -> ({', '.join([TENSOR] * count)})" if count else ""
        left = f"{', '.join(results)} = " if count else ""
        self.line(depth, f"{left}sinter.if {self.draw.choice(flags)}{types} {{")
        for side in range(2):
            inner = self.block(depth + 1, values, counters, flags)
            self.finish(depth + 1, self.yields(inner, count), [TENSOR] * count)
            self.line(depth, "} else {" if side == 0 else "}")
        return results

    def loop(self, depth, values, counters, flags):
        count = self.draw.randrange(1, 4)
        inits = ["%zero"] + [self.draw.choice(values) for _ in range(count)]
        types = [COUNTER] + [TENSOR] * count
        results = [self.name() for _ in types]
        self.line(depth, f"{', '.join(results)} = sinter.while("
                         f"{', '.join(inits)}) limit 3 : {', '.join(types)} "
                         "cond {")
        for part in range(2):
            carried = [self.name() for _ in types]
            arguments = ", ".join(f"{n}: {t}" for n, t in zip(carried, types))
            self.line(depth, f"^bb0({arguments}):")
            if part == 0:
                goes_on = self.name()
                bound = self.draw.choice(["%one", "%two", "%n"])
                self.line(depth + 1, f"{goes_on} = sinter.compare lt "
                                     f"{carried[0]}, {bound} : {COUNTER} -> {FLAG}")
                self.finish(depth + 1, [goes_on], [FLAG])
                self.line(depth, "} body {")
                continue
            following, odd = self.name(), self.name()
            self.line(depth + 1, f"{following} = sinter.add {carried[0]}, %one "
                                 f": {COUNTER}")
            self.line(depth + 1, f"{odd} = sinter.compare eq {carried[0]}, %one "
                                 f": {COUNTER} -> {FLAG}")
            inner = self.block(depth + 1, values + carried[1:],
                               counters + [carried[0]], flags + [odd])
            self.finish(depth + 1, [following] + self.yields(inner, count), types)
            self.line(depth, "}")
        return results[1:]

    def finish(self, depth, values, types):
        shown = f" {', '.join(values)} : {', '.join(types)}" if values else ""
        self.line(depth, f"sinter.yield{shown}")

    def function(self, number):
        self.line(-1, f"func.func @f{number}(%a: {TENSOR}, %b: {TENSOR}, "
                      f"%n: {COUNTER} {{test.range = [0.0, 4.0]}}, %p: {FLAG}) "
                      f"-> ({TENSOR}, {TENSOR}) attributes {{test.no_gradient}} {{")
        for name, value in (("zero", 0), ("one", 1), ("two", 2)):
            self.line(0, f"%{name} = sinter.splat {value} : i32 -> {COUNTER}")
        values = self.block(0, ["%a", "%b"], ["%n"], ["%p"])
        self.line(0, f"return {', '.join(self.yields(values, 2))} : "
                     f"{TENSOR}, {TENSOR}")
        self.line(-1, "}")


def main():
    writer = Writer(random.Random(int(sys.argv[1])))
    for number in range(int(sys.argv[2])):
        writer.function(number)
    print("\n".join(writer.lines))


main()
