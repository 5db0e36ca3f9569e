"""Writes a model of COUNT statements. usage: long_model.py COUNT"""

import sys

print("""data d { column x = normal(0, 1, [64, 8])
         column y = normal(0, 1, [64, 1]) }
model long {
  input  x : f32[batch, 8]
  target y : f32[batch, 1]
  var h = x""")
for i in range(int(sys.argv[1]) // 2):
    print(f"  let a{i} = h * 1.5 + {i}.0\n  h = relu(a{i}) - 0.5")
print("""  let y_hat = h |> dense(1)
  loss    mse(y_hat, y)
  predict y_hat
}
train long on d { epochs = 1, batch = 32, optimizer = sgd(lr = 0.1) }""")
