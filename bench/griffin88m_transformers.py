"""The 88M Griffin of griffin88m.ts as transformers configures it."""
from transformers import RecurrentGemmaConfig


def griffin88m(**options):
    return RecurrentGemmaConfig(
        vocab_size=32000,
        hidden_size=768,
        lru_width=768,
        intermediate_size=4608,
        num_hidden_layers=9,
        num_attention_heads=6,
        num_key_value_heads=1,
        attention_window_size=512,
        **options,
    )
