"""Flax's linear scan and lax.associative_scan on the same shapes: reference.py TIME CHANNELS. Prints ms by name, and versions, as JSON."""
import json
import sys
import time
from importlib.metadata import version

import jax
import jax.numpy as jnp
from recurrentgemma import common
from recurrentgemma.jax import scan

steps, channels = int(sys.argv[1]), int(sys.argv[2])
x = jnp.full((1, steps, channels), 0.1, jnp.float32)
a = jnp.full((1, steps, channels), 0.9, jnp.float32)
h0 = jnp.zeros((1, channels), jnp.float32)


def best(function):
    compiled = jax.jit(function).lower(x, a, h0).compile()
    samples = []
    for _ in range(9):
        start = time.perf_counter()
        jax.block_until_ready(compiled(x, a, h0))
        samples.append((time.perf_counter() - start) * 1000)
    return min(samples)


def associative(x, a, h0):
    pair = lambda left, right: (right[0] * left[0], right[0] * left[1] + right[1])
    return jax.lax.associative_scan(pair, (a, x), axis=1)[1]


def linear(x, a, h0):
    return scan.linear_scan(x, a, h0, scan_type=common.ScanType.LINEAR_NATIVE)


def elementwise(x, a, h0):
    return x * a + x


figures = {
    "Flax linear scan": best(linear),
    "lax.associative_scan": best(associative),
    "one elementwise pass by JAX": best(elementwise),
}
versions = {name: version(name) for name in ("jax", "recurrentgemma")}
print(json.dumps({"figures": figures, "versions": versions}))
