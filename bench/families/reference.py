"""The families by JAX: as a loop over tokens (attention: with all scores at once), and as an expert writes it.

reference.py CASES-JSON SAMPLES-FOLDER quick|whole PRECISION. The first is what main.ts writes. Prints ms by name and versions as JSON, and leaves
samples of all results in the folder.
"""
import concurrent.futures
import json
import os
import pathlib
import sys
import time

import jax
import jax.numpy as jnp
import numpy as np

PRIME, SAMPLED = 10_007, 20_000
cases = json.loads(pathlib.Path(sys.argv[1]).read_text())
folder = pathlib.Path(sys.argv[2])
runs, least_seconds = (2, 0) if sys.argv[3] == "quick" else (7, 0.2)
jax.config.update("jax_default_matmul_precision", sys.argv[4])


def numbers(operand):
    shape = operand["shape"]
    i = np.arange(np.prod(shape), dtype=np.int64)
    if operand["dtype"] == "i32":
        return jnp.asarray((i % shape[-1]).astype(np.int32).reshape(shape))
    place = i % PRIME
    mixed = (place * place * 31 + i * 7919 + operand["seed"] * 104_729) % PRIME
    drawn = operand["low"] + mixed / PRIME * (operand["high"] - operand["low"])
    return jnp.asarray(drawn.astype(np.float32).reshape(shape))


def rows(x):
    """Time first."""
    return jnp.moveaxis(x, 1, 0)


def chunks(x, size):
    """[batch, time, ...] as [chunk, batch, size, ...]."""
    return jnp.moveaxis(x.reshape(x.shape[0], -1, size, *x.shape[2:]), 1, 0)


def whole(x):
    """The other way round."""
    x = jnp.moveaxis(x, 0, 1)
    return x.reshape(x.shape[0], -1, *x.shape[3:])


def selective_scan_by_token(x, delta, a, b, c, h0):
    def step(h, now):
        x, delta, b, c = now
        h = jnp.exp(delta[..., None] * a) * h + (delta * x)[..., None] * b[:, None]
        return h, jnp.einsum("bcs,bs->bc", h, c)

    return rows(jax.lax.scan(step, h0, tuple(map(rows, (x, delta, b, c))))[1])


def selective_scan_by_chunk(x, delta, a, b, c, h0, size=32):
    """An associative scan within each chunk, whose states are there for that chunk alone; the gradient computes them again."""
    pair = lambda left, right: (right[0] * left[0], right[0] * left[1] + right[1])

    @jax.checkpoint
    def chunk(h, now):
        x, delta, b, c = now
        decay = jnp.exp(delta[..., None] * a)
        added = (delta * x)[..., None] * b[:, :, None]
        decays, states = jax.lax.associative_scan(pair, (decay, added), axis=1)
        states = states + decays * h[:, None]
        return states[:, -1], jnp.einsum("btcs,bts->btc", states, c)

    size = min(size, x.shape[1])
    return whole(jax.lax.scan(chunk, h0, tuple(chunks(each, size) for each in (x, delta, b, c)))[1])


def per_head(x, heads):
    """Queries and keys that heads share, once for each."""
    return x if x.ndim == 4 else jnp.broadcast_to(x[:, :, None], (*x.shape[:2], heads, x.shape[-1]))


def linear_attention_by_token(query, key, value, logDecay, state):
    heads = value.shape[2]
    logDecay = logDecay if logDecay.ndim == 4 else logDecay[..., None]

    def step(state, now):
        query, key, value, log = now
        state = jnp.exp(log)[..., None] * state + key[..., None] * value[..., None, :]
        return state, jnp.einsum("bhk,bhkv->bhv", query, state)

    now = (per_head(query, heads), per_head(key, heads), value, logDecay)
    return rows(jax.lax.scan(step, state, tuple(map(rows, now)))[1])


def head_decays_by_chunk(query, key, value, logDecay, state, size=64):
    """As Mamba-2's authors: within a chunk products of queries and keys, which heads share, under the decays between them."""
    size = min(size, value.shape[1])
    earlier = jnp.tril(jnp.ones((size, size), bool))[None, :, :, None]

    @jax.checkpoint
    def chunk(state, now):
        query, key, value, log = now
        total = jnp.cumsum(log, axis=1)
        between = jnp.where(earlier, total[:, :, None] - total[:, None], -jnp.inf)
        scores = jnp.einsum("btk,bsk->bts", query, key)[..., None] * jnp.exp(between)
        y = jnp.einsum("btsh,bshv->bthv", scores, value)
        y = y + jnp.einsum("btk,bhkv->bthv", query, state) * jnp.exp(total)[..., None]
        left = value * jnp.exp(total[:, -1:] - total)[..., None]
        state = jnp.exp(total[:, -1])[..., None, None] * state + jnp.einsum("bsk,bshv->bhkv", key, left)
        return state, y

    return whole(jax.lax.scan(chunk, state, tuple(chunks(x, size) for x in (query, key, value, logDecay)))[1])


def channel_decays_by_chunk(query, key, value, logDecay, state, size=32):
    """As gated linear attention's authors: decays since the chunk's begin multiply queries and divide keys."""
    size = min(size, value.shape[1])
    earlier = jnp.tril(jnp.ones((size, size), jnp.float32))

    @jax.checkpoint
    def chunk(state, now):
        query, key, value, log = now
        total = jnp.cumsum(log, axis=1)
        ahead = query * jnp.exp(total)
        scores = jnp.einsum("bthk,bshk->bhts", ahead, key * jnp.exp(-total)) * earlier
        y = jnp.einsum("bhts,bshv->bthv", scores, value) + jnp.einsum("bthk,bhkv->bthv", ahead, state)
        left = key * jnp.exp(total[:, -1:] - total)
        state = jnp.exp(total[:, -1])[..., None] * state + jnp.einsum("bshk,bshv->bhkv", left, value)
        return state, y

    return whole(jax.lax.scan(chunk, state, tuple(chunks(x, size) for x in (query, key, value, logDecay)))[1])


def delta_rule_by_token(query, key, value, logDecay, state, read, write):
    def step(state, now):
        query, key, value, log, read, write = now
        found = jnp.einsum("bhk,bhkv->bhv", read, state)
        state = jnp.exp(log)[..., None] * state + write[..., None] * found[..., None, :]
        state = state + key[..., None] * value[..., None, :]
        return state, jnp.einsum("bhk,bhkv->bhv", query, state)

    return rows(jax.lax.scan(step, state, tuple(map(rows, (query, key, value, logDecay, read, write))))[1])


def delta_rule_by_chunk(query, key, value, logDecay, state, read, write, size=32):
    """What all tokens of a chunk read is the solution of one triangular system."""
    size = min(size, value.shape[1])
    until = jnp.tril(jnp.ones((size, size), jnp.float32))
    before = jnp.tril(jnp.ones((size, size), jnp.float32), -1)

    @jax.checkpoint
    def chunk(state, now):
        query, key, value, log, read, write = now
        total = jnp.cumsum(log, axis=1)
        ahead, reading = query * jnp.exp(total), read * jnp.exp(total - log)
        keys, writes = key * jnp.exp(-total), write * jnp.exp(-total)
        product = lambda left, right, mask: jnp.einsum("bthk,bshk->bhts", left, right) * mask
        known = product(reading, keys, before) @ value.swapaxes(1, 2)
        known = known + jnp.einsum("bthk,bhkv->bhtv", reading, state)
        system = jnp.eye(size) - product(reading, writes, before)
        found = jax.scipy.linalg.solve_triangular(system, known, lower=True, unit_diagonal=True)
        y = product(ahead, keys, until) @ value.swapaxes(1, 2) + product(ahead, writes, until) @ found
        y = y.swapaxes(1, 2) + jnp.einsum("bthk,bhkv->bthv", ahead, state)
        rest = jnp.exp(total[:, -1:] - total)
        state = jnp.exp(total[:, -1])[..., None] * state
        state = state + jnp.einsum("bshk,bshv->bhkv", key * rest, value)
        state = state + jnp.einsum("bshk,bhsv->bhkv", write * rest, found)
        return state, y

    now = tuple(chunks(x, size) for x in (query, key, value, logDecay, read, write))
    return whole(jax.lax.scan(chunk, state, now)[1])


def seen(queries, keys, window):
    """Whether a token at a position sees one at another."""
    past = queries[:, None] - keys[None]
    return (past >= 0) & (past <= (past.max() if window is None else window))


def attention_at_once(q, k, v, segmentPos, window):
    group = q.shape[2] // k.shape[2]
    k, v = jnp.repeat(k, group, axis=2), jnp.repeat(v, group, axis=2)
    place = jnp.arange(q.shape[1])
    scores = jnp.einsum("bthc,bshc->bhts", q, k) / 8
    scores = jnp.where(seen(place, place, window), scores, -jnp.inf)
    return jnp.einsum("bhts,bshc->bthc", jax.nn.softmax(scores), v)


def attention_by_block(q, k, v, segmentPos, window, size=256):
    """Blocks of queries, each against the keys that it can see, of heads in groups; the gradient computes scores again."""
    batch, steps, heads, channels = q.shape
    size, pairs = min(size, steps), k.shape[2]
    q = q.reshape(batch, steps, pairs, heads // pairs, channels)

    @jax.checkpoint
    def block(q, k, v, queries, keys):
        scores = jnp.einsum("btpgc,bspc->bpgts", q, k) / 8
        scores = jnp.where(seen(queries, keys, window), scores, -jnp.inf)
        return jnp.einsum("bpgts,bspc->btpgc", jax.nn.softmax(scores), v)

    def at(start):
        first = 0 if window is None else max(0, start - window)
        queries, keys = jnp.arange(start, start + size), jnp.arange(first, start + size)
        return block(q[:, start : start + size], k[:, first : start + size], v[:, first : start + size], queries, keys)

    y = jnp.concatenate([at(start) for start in range(0, steps, size)], axis=1)
    return y.reshape(batch, steps, heads, channels)


ATTENTION = {"naive": attention_at_once, "expert": attention_by_block}
FAMILIES = {
    "selectiveScan": {"naive": selective_scan_by_token, "expert": selective_scan_by_chunk},
    "linearAttention, head decays": {"naive": linear_attention_by_token, "expert": head_decays_by_chunk},
    "linearAttention, channel decays": {"naive": linear_attention_by_token, "expert": channel_decays_by_chunk},
    "deltaRule": {"naive": delta_rule_by_token, "expert": delta_rule_by_chunk},
    "attention, grouped": ATTENTION,
    "attention, windowed": ATTENTION,
}


def directions(function, fixed):
    """The values, and the values with the gradients of all operands that are floats."""

    def forward(operands, cotangent):
        return {"y": function(**operands, **fixed)}

    def gradient(operands, cotangent):
        moving = {name: x for name, x in operands.items() if jnp.issubdtype(x.dtype, jnp.floating)}
        y, pullback = jax.vjp(lambda moving: function(**{**operands, **moving}, **fixed), moving)
        return {"y": y, **pullback(cotangent)[0]}

    return {"forward": forward, "gradient": gradient}


def measure(program, operands, cotangent):
    results = jax.block_until_ready(program(operands, cotangent))
    clocks, cores = [], []
    jax.block_until_ready(program(operands, cotangent))
    begin = time.perf_counter()
    while len(clocks) < runs or time.perf_counter() - begin < least_seconds:
        start, before = time.perf_counter(), time.process_time()
        jax.block_until_ready(program(operands, cotangent))
        clocks.append((time.perf_counter() - start) * 1000)
        cores.append((time.process_time() - before) * 1000)
    return results, min(clocks), min(cores)


def given(case):
    operands = {each["name"]: numbers(each) for each in case["operands"]}
    return operands, operands.pop("cotangent")


def compiled(case):
    """All forms of a case by their names. Threads compile at once, and nothing is measured meanwhile."""
    fixed = {"window": case["window"]} if case["family"].startswith("attention") else {}
    operands, cotangent = given(case)
    return {
        (form, direction): jax.jit(program).lower(operands, cotangent).compile()
        for form, function in FAMILIES[case["family"]].items()
        for direction, program in directions(function, fixed).items()
    }


with concurrent.futures.ThreadPoolExecutor() as threads:
    programs = list(threads.map(compiled, cases))

figures = {}
for case, forms in zip(cases, programs):
    operands, cotangent = given(case)
    for (form, direction), program in forms.items():
        results, clock, core = measure(program, operands, cotangent)
        into = folder / case["name"] / direction / form
        os.makedirs(into, exist_ok=True)
        for name, x in results.items():
            flat = np.asarray(x).reshape(-1)
            flat[:: (flat.size // SAMPLED) | 1].tofile(into / f"{name}.f32")
        figures[" | ".join((case["name"], direction, form, "clock"))] = clock
        figures[" | ".join((case["name"], direction, form, "cores"))] = core
print(json.dumps({"figures": figures, "versions": {"jax": jax.__version__}}))
