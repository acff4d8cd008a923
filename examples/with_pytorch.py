# SPDX-License-Identifier: MIT
"""PyTorch: a run that prints the address of its board."""
import torch
from torch.utils.tensorboard import SummaryWriter

from plain import board_url

folder = "runs/pytorch"
with SummaryWriter(folder) as writer:
    print(f"curves: {board_url(folder) or folder}")
    weight = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.SGD([weight], lr=0.1)
    for step in range(100):
        loss = (weight - 3).square().sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        writer.add_scalar("loss", loss.item(), step)
