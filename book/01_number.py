"""Chapter 1: a number that remembers how it was made."""


class Number:
    def __init__(self, value, parents=()):
        self.value = value
        self.grad = 0.0
        self.parents = parents  # pairs: a number, and the slope towards it

    def __add__(self, other):
        return Number(self.value + other.value, [(self, 1.0), (other, 1.0)])

    def __mul__(self, other):
        return Number(self.value * other.value, [(self, other.value), (other, self.value)])

    def backward(self, slope=1.0):
        self.grad += slope
        for parent, local in self.parents:
            parent.backward(slope * local)


# ---- try it ----

x, y = Number(3.0), Number(4.0)
z = x * y + x
z.backward()
print(f"z = {z.value}, dz/dx = {x.grad}, dz/dy = {y.grad}")


def formula(x):
    return x * 4.0 + x


step = 1e-6
print(f"by differences: {(formula(3.0 + step) - formula(3.0 - step)) / (2 * step):.6f}")

w = 1.0
for walk in range(9):
    number = Number(w)
    error = number * number + Number(-2.0)
    loss = error * error
    loss.backward()
    if walk % 2 == 0:
        print(f"step {walk}: w = {w:.6f}, loss = {loss.value:.6f}, slope = {number.grad:.6f}")
    w -= 0.05 * number.grad
