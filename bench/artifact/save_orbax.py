"""Saves a checkpoint as orbax does by default: python save_orbax.py FROM TO (orbax-checkpoint 0.12.8)."""
import sys

import jax
import orbax.checkpoint as ocp

source, target = sys.argv[1:]
checkpointer = ocp.PyTreeCheckpointer()
checkpointer.save(target, jax.tree.map(jax.numpy.asarray, checkpointer.restore(source)))
