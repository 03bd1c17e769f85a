"""Runs the Python of an artifact's README, in its folder: python readme_side.py jax|iree"""

import re
import sys

with open("README.md") as file:
    reader, *runners, use = re.findall(r"```python\n(.*?)```", file.read(), re.DOTALL)
runner = next(code for code in runners if f"import {sys.argv[1]}" in code)
exec(compile("\n".join([reader, runner, use]), "README.md", "exec"), {})
