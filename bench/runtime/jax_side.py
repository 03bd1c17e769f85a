"""The same measurements through JAX, for the ratios: one JSON object on stdout. Needs jax; run by main.ts --jax PYTHON."""

import json
import statistics
import time

import jax
import numpy as np


def execute_and_await(runs):
    add = jax.jit(lambda a, b: a + b)
    a = jax.device_put(np.full(4, 1, np.float32))
    b = jax.device_put(np.full(4, 2, np.float32))
    add(a, b).block_until_ready()
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        add(a, b).block_until_ready()
        times.append((time.perf_counter() - started) * 1e6)
    return statistics.median(times)


def transfers(byte_length, runs):
    source = np.full(byte_length, 1, np.uint8)
    best = {"toDevice": 0.0, "toHost": 0.0}
    for _ in range(runs):
        started = time.perf_counter()
        device = jax.numpy.array(source, copy=True)
        device.block_until_ready()
        best["toDevice"] = max(best["toDevice"], byte_length / (time.perf_counter() - started) / 1e9)
        started = time.perf_counter()
        np.array(device, copy=True)
        best["toHost"] = max(best["toHost"], byte_length / (time.perf_counter() - started) / 1e9)
    return best


print(json.dumps({"jax": jax.__version__, "medianUs": execute_and_await(20000), "rates": transfers(64 << 20, 10)}))
