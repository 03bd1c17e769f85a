"""The same text by SentencePiece's own library, line by line: python reference.py TEXT FOLDER... prints ms by model as JSON."""
import json
import os
import sys
import time

import sentencepiece as spm

with open(sys.argv[1], encoding="utf8") as file:
    lines = file.read().split("\n")

figures = {}
for path in sys.argv[2:]:
    processor = spm.SentencePieceProcessor(model_file=os.path.join(path, "tokenizer.model"))
    tokens = sum(len(processor.encode(line)) for line in lines)
    times = []
    for _ in range(15):
        start = time.perf_counter()
        for line in lines:
            processor.encode(line)
        times.append((time.perf_counter() - start) * 1000)
    name = os.path.basename(path)
    figures[name] = min(times)
    figures[f"{name}, tokens"] = tokens
print(json.dumps({"figures": figures, "versions": {"sentencepiece": spm.__version__}}))
