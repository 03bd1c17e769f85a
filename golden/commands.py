"""What the makers of golden cases share: their command line, and how bounds are rounded."""

import argparse
import math
from pathlib import Path

HERE = Path(__file__).resolve().parent


def round_up(value, digits):
  """The least number of so many decimal digits that is not below `value`."""
  scale = 10 ** (digits - 1 - math.floor(math.log10(value)))
  return math.ceil(value * scale) / scale


def run(description, cases, make, check, options=lambda making: None):
  """`make [NAME ...] [--out FOLDER]` calls make(name, case, folder), `check FOLDER ...` calls check(folder). `cases(arguments)` is name -> case;
  `options` adds arguments to those of `make`."""
  parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
  commands = parser.add_subparsers(dest="command", required=True)
  making = commands.add_parser("make", help="write cases")
  making.add_argument("names", nargs="*", help="which cases (default: all)")
  options(making)
  making.add_argument("--out", type=Path, default=HERE, help="folder to write the cases into")
  checking = commands.add_parser("check", help="compute existing cases again and compare")
  checking.add_argument("folders", nargs="+", type=Path)
  arguments = parser.parse_args()
  if arguments.command == "check":
    for folder in arguments.folders:
      check(folder)
    return
  known = cases(arguments)
  if unknown := set(arguments.names) - set(known):
    parser.error(f"no case called {', '.join(sorted(unknown))}; known: {', '.join(known)}")
  for name in arguments.names or known:
    make(name, known[name], arguments.out)


def print_differences(result, stored):
  """For every tensor of a case, the largest difference of its numbers computed anew."""
  import numpy as np

  for name, expected in stored.items():
    difference = np.abs(result[name].astype(np.float64) - expected)
    print(f"  {name:40} {str(list(expected.shape)):20} max {difference.max():.2e}")
