"""Compares programs with what this toolkit printed for them, by MLIR's own parser and printer.

    python compare_mlir.py ORIGINALS PRINTED

Both folders hold the same file names, one program a file; PRINTED is what `griffin opt --out-dir` wrote. Needs a Python
with JAX. A program counts when MLIR accepts it. `same text`: the printed text is MLIR's own print of the original, byte for
byte. `same program`: MLIR reads the printed text and prints it like the original. Exit code 1 when a program is not the same.
"""

import json
import pathlib
import sys

from jax._src.interpreters import mlir
from jaxlib.mlir import ir


def printed_by_mlir(context: ir.Context, text: str) -> str:
    with context:
        return ir.Module.parse(text).operation.get_asm().rstrip("\n")


def main(originals: pathlib.Path, printed: pathlib.Path) -> int:
    context = mlir.make_ir_context()
    refused, same_text, same_program, different = 0, 0, 0, []
    for path in sorted(originals.rglob("*.mlir")):
        name = path.relative_to(originals)
        try:
            expected = printed_by_mlir(context, path.read_text())
        except ir.MLIRError:
            refused += 1
            continue
        ours = (printed / name).read_text()
        same_text += ours.rstrip("\n") == expected
        try:
            if printed_by_mlir(context, ours) == expected:
                same_program += 1
            else:
                different.append(f"{name}: reads as another program")
        except ir.MLIRError as error:
            different.append(f"{name}: {str(error).splitlines()[1]}")
    report = {"refused by MLIR": refused, "same text": same_text, "same program": same_program, "different": different}
    print(json.dumps(report, indent=2))
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])))
