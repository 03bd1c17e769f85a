"""Makes the folders beside it with TensorStore and orbax: python make.py (tensorstore 0.1.86, orbax-checkpoint 0.12.8)."""
import pathlib
import shutil

import jax.numpy as jnp
import numpy as np
import orbax.checkpoint as ocp
import tensorstore as ts

folder = pathlib.Path(__file__).parent.resolve()


def fresh(name):
    shutil.rmtree(folder / name, ignore_errors=True)
    return folder / name


# As the reference saves: a tree with bf16 and zeros in it, in a database.
tree = {
    "params": {
        "a": {"w": jnp.arange(24, dtype=jnp.float32).reshape(2, 3, 4), "b": jnp.zeros((5,), jnp.float32)},
        "c": jnp.array([1.0, -2.5], dtype=jnp.bfloat16),
    }
}
ocp.PyTreeCheckpointer().save(fresh("saved"), tree)

# Nodes of a few bytes, so that the tree has several levels; no compression.
base = f"file://{fresh('levels')}/"
config = {"max_decoded_node_bytes": 300, "max_inline_value_bytes": 16, "compression": None}
for i in range(12):
    ts.open(
        {
            "driver": "zarr",
            "kvstore": {"driver": "ocdbt", "base": base, "config": config, "path": f"blocks.{i}.w/"},
            "metadata": {"compressor": None, "shape": [3], "chunks": [2], "dtype": "<f4"},
            "create": True,
        }
    ).result().write(np.arange(3, dtype=np.float32) + 10 * i).result()

# Every form of a zarr array in a plain folder.
zarr = fresh("zarr")
forms = {
    "plain": {"compressor": None, "order": "C"},
    "fortran": {"compressor": {"id": "zlib", "level": 1}, "order": "F"},
    "blosc": {"compressor": {"id": "blosc", "cname": "lz4", "clevel": 5, "shuffle": 1}, "order": "C"},
    "zstd": {"compressor": {"id": "zstd", "level": 1}, "dimension_separator": "/"},
}
for name, metadata in forms.items():
    ts.open(
        {
            "driver": "zarr",
            "kvstore": f"file://{zarr}/{name}/",
            "metadata": {**metadata, "shape": [5, 7], "chunks": [2, 3], "dtype": "<f4"},
            "create": True,
        }
    ).result().write(np.arange(35, dtype=np.float32).reshape(5, 7)).result()
ts.open(
    {
        "driver": "zarr3",
        "kvstore": f"file://{zarr}/three/",
        "metadata": {
            "shape": [5, 7],
            "data_type": "bfloat16",
            "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [2, 3]}},
            "codecs": [
                {"name": "bytes", "configuration": {"endian": "little"}},
                {"name": "zstd", "configuration": {"level": 1}},
                {"name": "crc32c"},
            ],
        },
        "create": True,
    }
).result().write(np.arange(35, dtype=np.float32).reshape(5, 7).astype(jnp.bfloat16)).result()

# Chunks in shards, the index behind them or before them; every chunk compressed by itself.
inner = {
    "end": [{"name": "bytes", "configuration": {"endian": "little"}}, {"name": "zstd", "configuration": {"level": 1}}],
    "start": [{"name": "bytes", "configuration": {"endian": "little"}}, {"name": "crc32c"}],
}
sharded = fresh("sharded")
for location, codecs in inner.items():
    configuration = {
        "chunk_shape": [2, 3],
        "codecs": codecs,
        "index_codecs": [{"name": "bytes", "configuration": {"endian": "little"}}, {"name": "crc32c"}],
        "index_location": location,
    }
    ts.open(
        {
            "driver": "zarr3",
            "kvstore": f"file://{sharded}/{location}/",
            "metadata": {
                "shape": [5, 7],
                "data_type": "float32",
                "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [4, 6]}},
                "codecs": [{"name": "sharding_indexed", "configuration": configuration}],
            },
            "create": True,
        },
        write=True,
    ).result().write(np.arange(35, dtype=np.float32).reshape(5, 7) + 1).result()
