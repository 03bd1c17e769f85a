/** @file Instructions by where they come from, layers of a kind together. */

/** What JAX puts around the names of modules. */
const WRAPPERS =
  /^(?:(?:jit|pjit|jvp|transpose|vmap)\(.*\)|checkpoint|rematted_computation|closed_call|eval_jaxpr|while|body|cond|remat\d*)$/;

/** Names that are kept of a path where nothing else is said: enough for layer, block and part. */
const DEPTH = 3;

/** What is kept of a path. */
interface ScopeOptions {
  /** How many names, from the outside. */
  readonly depth?: number | undefined;
  /** Whether numbers at the ends of names, which tell layers of a kind apart, are left out. */
  readonly together: boolean;
}

/**
 * `jit(apply)/Griffin/checkpoint/blocks.2/mlp_block/ffw_up/dot_general` and `layers.2/mlp_block/gate_proj` become
 * `blocks.*\/mlp_block/ffw_up` and `layers.*\/mlp_block/gate_proj`, where layers of a kind are taken together. Empty where a path names nothing but operations.
 */
export function scopeOf(path: string, options: ScopeOptions): string {
  const argument = argumentSegments(path);
  if (argument !== undefined) return cut(argument, options);
  const segments = path.split("/");
  const fromJax = /^p?jit\(/.test(path);
  // JAX ends a path with the primitive, and some with the formula of a product before it.
  const named = (fromJax ? segments.slice(0, -1) : segments).filter(
    (segment) => segment !== "" && !WRAPPERS.test(segment) && !/->|,/.test(segment),
  );
  // Flax begins with the class of the whole model.
  const inner = fromJax && named.length > 1 && /^[A-Z]/.test(named[0]!) ? named.slice(1) : named;
  return cut(inner, options);
}

const cut = (segments: readonly string[], { depth = DEPTH, together }: ScopeOptions): string =>
  segments
    .slice(0, depth)
    .map((segment) => (together ? segment.replace(/([._])\d+$/, "$1*") : segment))
    .join("/");

/** JAX names arguments by how they are reached: `variables['params']['blocks.2']['mlp_block']['ffw_up']['w']`. */
function argumentSegments(path: string): readonly string[] | undefined {
  const keys = [...path.matchAll(/\['([^']*)'\]/g)].map(([, key]) => key!);
  return keys.length === 0 ? undefined : keys.filter((key) => key !== "params").slice(0, -1);
}
