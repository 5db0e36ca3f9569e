"""Prints a function of N dense layers with its gradient for every parameter."""

import sys

layers = int(sys.argv[1])
batch = "tensor<?x16xf32, #sinter.enc<batch max 8>>"
weight, bias, scalar = "tensor<16x16xf32>", "tensor<16xf32>", "tensor<f32>"

parameters = [(f"%w{i}", weight) for i in range(layers)]
parameters += [(f"%b{i}", bias) for i in range(layers)]
print(f"func.func @chain(%h0: {batch}, ")
print(", ".join(f"{name}: {type}" for name, type in parameters))
results = ", ".join(type for _, type in parameters)
print(f") -> ({results}) {{")
for i in range(layers):
    print(f'%z{i} = sinter.contract "bi,oi->bo" %h{i}, %w{i} : {batch}, {weight} -> {batch}')
    print(f"%r{i} = sinter.broadcast %b{i} dims [1] : {bias} -> {batch}")
    print(f"%a{i} = sinter.add %z{i}, %r{i} : {batch}")
    print(f"%h{i + 1} = sinter.relu %a{i} : {batch}")
print(f"%loss = sinter.reduce sum %h{layers} axes [0, 1] : {batch} -> {scalar}")
wrt = ", ".join(name for name, _ in parameters)
names = ", ".join(f'"{name[1:]}"' for name, _ in parameters)
print(f"%g:{2 * layers} = sinter.gradient %loss wrt({wrt}) {{names = [{names}]}} : ({scalar}, {results}) -> ({results})")
print("return " + ", ".join(f"%g#{i}" for i in range(2 * layers)) + f" : {results}")
print("}")
