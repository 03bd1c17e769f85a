"""Makes saved.pt, which PyTorch itself wrote: python make.py (torch 2.15)."""
import collections
import pathlib

import torch

base = torch.arange(24, dtype=torch.float32)
state = collections.OrderedDict(
    plain=base.reshape(2, 3, 4),
    transposed=base.reshape(4, 6).t(),
    part=base[5:11].reshape(2, 3),
    every_second=base[::2],
    expanded=torch.tensor([[7.0], [8.0]]).expand(2, 3),
    bf16=torch.tensor([1.0, -2.5], dtype=torch.bfloat16),
    f16=torch.tensor([1.0, -2.5], dtype=torch.float16),
    whole=torch.tensor([[1, -2]], dtype=torch.int64),
    wide=torch.tensor([65535, 1], dtype=torch.uint16),
    scalar=torch.tensor(3.5),
    empty=torch.zeros(0, 4),
    parameter=torch.nn.Parameter(torch.tensor([1.0, 2.0])),
)
folder = pathlib.Path(__file__).parent
torch.save({"epoch": 3, "lr": 0.5, "state_dict": state, "notes": ["a", None, True]}, folder / "saved.pt")
