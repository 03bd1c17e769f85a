"""The 88M Griffin of griffin88m.ts as recurrentgemma configures it, whichever of its libraries runs it."""
from recurrentgemma import common

R, A = common.TemporalBlockType.RECURRENT, common.TemporalBlockType.ATTENTION

griffin88m = common.GriffinConfig(
    vocab_size=32000,
    width=768,
    mlp_expanded_width=2304,
    num_heads=6,
    lru_width=768,
    block_types=tuple(A if i % 3 == 2 else R for i in range(9)),
    embeddings_scale_by_sqrt_dim=True,
    attention_window_size=512,
    logits_soft_cap=30.0,
    scan_type=common.ScanType.LINEAR_NATIVE,
)
