"""Writes cases.jsonl beside this file: what optax's adafactor makes of small parameters. make.py; optax 0.2.8, jax 0.10.2, numpy 2.3.5."""
import json
import pathlib

import jax.numpy as jnp
import numpy as np
import optax

RATE = 0.05
CASES = {
    "a vector": ([5], {}),
    "a matrix too small to be factored": ([3, 4], {}),
    "a wide matrix": ([4, 6], {"min_dim_size_to_factor": 4}),
    "a tall matrix": ([6, 4], {"min_dim_size_to_factor": 4}),
    "a square matrix": ([4, 4], {"min_dim_size_to_factor": 4}),
    "three axes, of which the last two are factored": ([2, 4, 5], {"min_dim_size_to_factor": 4}),
    "three axes, of which the outer two are factored": ([5, 2, 4], {"min_dim_size_to_factor": 4}),
    "a mean of directions and weight decay": (
        [4, 6],
        {"min_dim_size_to_factor": 4, "momentum": 0.9, "weight_decay_rate": 0.01},
    ),
    "steps of a size of their own, another decay and bound": (
        [4, 6],
        {"min_dim_size_to_factor": 4, "multiply_by_parameter_scale": False, "decay_rate": 0.6, "clipping_threshold": 0.5},
    ),
}


def numbers(array):
    return np.asarray(array, np.float32).ravel().tolist()


def case(name, shape, options, draw):
    start = draw.standard_normal(shape).astype(np.float32)
    gradients = [(draw.standard_normal(shape) * size).astype(np.float32) for size in (1, 1e-4, 30)]
    # A row without gradients, as embeddings of tokens that a batch lacks.
    for gradient in gradients:
        gradient[0] = 0
    optimizer = optax.adafactor(RATE, **options)
    parameter = jnp.asarray(start)
    state = optimizer.init(parameter)
    for gradient in gradients:
        updates, state = optimizer.update(jnp.asarray(gradient), state, parameter)
        parameter = optax.apply_updates(parameter, updates)
    return {
        "name": name,
        "shape": shape,
        "options": options,
        "start": numbers(start),
        "gradients": [numbers(gradient) for gradient in gradients],
        "end": numbers(parameter),
    }


draw = np.random.default_rng(0)
cases = [case(name, shape, options, draw) for name, (shape, options) in CASES.items()]
lines = "".join(json.dumps(one, separators=(",", ":")) + "\n" for one in cases)
pathlib.Path(__file__).with_name("cases.jsonl").write_text(lines)
