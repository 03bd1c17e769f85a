"""A step of training as recurrentgemma's fine-tuning tutorial makes it, for the benchmarks of steps."""
import jax
import jax.numpy as jnp
import optax


def step_of(model, optimizer):
    """(params, state, rows [batch, tokens + 1], position and mask [batch, tokens]) to the next params and state, and the mean loss."""

    def loss_of(params, rows, position, mask):
        logits, _ = model.apply(params, rows[:, :-1], position)
        logits = jax.nn.log_softmax(logits.astype(jnp.float32))
        own = jnp.take_along_axis(logits, rows[:, 1:, None], axis=-1)[..., 0]
        return -jnp.sum(own * mask) / jnp.sum(mask)

    def step(params, state, rows, position, mask):
        loss, gradients = jax.value_and_grad(loss_of)(params, rows, position, mask)
        updates, state = optimizer.update(gradients, state, params)
        return optax.apply_updates(params, updates), state, loss

    return step
