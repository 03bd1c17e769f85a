"""Makes the models and expected.json beside it by SentencePiece's own library: python make.py (sentencepiece 0.2.3)."""
import hashlib
import io
import json
import pathlib

import sentencepiece as spm

folder = pathlib.Path(__file__).parent
spec = json.loads((folder / "text.json").read_text())
ranges, special = spec["ranges"], spec["special"]
state = 12345


def draw(n):
    global state
    state = (state * 1664525 + 1013904223) % 2**32
    return (state >> 8) % n


def line():
    parts = []
    low, high = ranges[draw(len(ranges))]
    for _ in range(1 + draw(60)):
        kind = draw(12)
        if kind == 0:
            low, high = ranges[draw(len(ranges))]
        if kind == 1:
            parts.append(special[draw(len(special))])
        elif kind < 4:
            parts.append(" ")
        else:
            parts.append(chr(low + draw(min(16 if kind < 8 else 100000, high - low + 1))))
    return "".join(parts)


lines = [line() for _ in range(spec["lines"])]
tokens = [[draw(900) for _ in range(1 + draw(20))] for _ in range(spec["lines"])]


def train(name, **options):
    model = io.BytesIO()
    words = [word for text in lines[:1500] for word in text.split(" ") if 0 < len(word) < 9]
    corpus = [" ".join(words[i : i + 9]) for i in range(0, len(words), 3)]
    own = ["<start_of_turn>", "<end_of_turn>", "<b>"]
    spm.SentencePieceTrainer.train(
        sentence_iterator=iter(corpus),
        model_writer=model,
        character_coverage=0.98,
        byte_fallback=True,
        minloglevel=2,
        user_defined_symbols=own + options.pop("own", []),
        **options,
    )
    (folder / name).write_bytes(model.getvalue())


def digests(values):
    """Of each hundred."""
    texts = [json.dumps(values[i : i + 100], ensure_ascii=False, separators=(",", ":")) for i in range(0, len(values), 100)]
    return [hashlib.sha256(text.encode()).hexdigest()[:16] for text in texts]


train("unigram.model", model_type="unigram", vocab_size=3200, hard_vocab_limit=False, control_symbols=["<ctrl>"])
# As Gemma's: no dummy prefix, nothing normalised, whitespace and digits in pieces of their own.
train(
    "bpe.model",
    model_type="bpe",
    vocab_size=4500,
    normalization_rule_name="identity",
    add_dummy_prefix=False,
    remove_extra_whitespaces=False,
    split_digits=True,
    allow_whitespace_only_pieces=True,
    own=["  ", "\n", "\n\n"],
    pad_id=0,
    eos_id=1,
    bos_id=2,
    unk_id=3,
)
expected = {}
for name in ("unigram", "bpe"):
    processor = spm.SentencePieceProcessor(model_file=str(folder / f"{name}.model"))
    ids = processor.encode(lines)
    expected[name] = {
        "pieces": processor.get_piece_size(),
        "ids": digests(ids),
        "decoded": digests([processor.decode(one) for one in ids]),
        "anyDecoded": digests([processor.decode(one) for one in tokens]),
    }
(folder / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
