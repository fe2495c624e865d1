"""Let a trained network learn on from the averaged answers of several: more than the labels say.

Source: Hinton, Vinyals and Dean (2015), *Distilling the knowledge in a neural network*; networks that teach others of
their own kind after Furlanello et al. (2018), *Born-again neural networks*; teachers that see the very pictures that
the student sees, mixed ones among them, after Beyer et al. (2022), *Knowledge distillation: a good teacher is patient
and consistent*.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional


class Taught(nn.Module):
    """A student and the frozen teachers that see what it sees; `loss` compares their answers.

    Each teacher answers for as large a part of a batch, as it is and mirrored: over an epoch that is the average of
    all their answers at the price of one. Every other batch is one of pictures mixed in pairs, which have no label.

    Parameters
    ----------
    student : nn.Module
        Takes images (N, C, H, W), returns logits (N, classes).
    teachers : sequence of nn.Module
        Of the same classes; kept in evaluation mode, without gradients.
    labels : float
        Weight of the labels, 0 to 1, in batches that have some; the teachers have the rest.
    temperature : float
        Softens both answers: at 1 only the likely classes would count.
    """

    batches: Tensor  # seen in training

    def __init__(self, student: nn.Module, teachers: Sequence[nn.Module], labels: float = 0.2, temperature: float = 2):
        super().__init__()
        self.student = student
        self.teachers = nn.ModuleList(teachers).requires_grad_(False)
        self.labels, self.temperature = labels, temperature
        self.register_buffer("batches", torch.tensor(0))  # saved with a checkpoint
        self.answers: Tensor | None = None

    def train(self, mode: bool = True) -> Taught:
        """Set the student's mode; teachers stay in evaluation mode."""
        super().train(mode)
        self.teachers.eval()
        return self

    @property
    def mixes(self) -> bool:
        """Whether this batch is one of mixed pictures."""
        return bool(self.batches % 2)

    def forward(self, images: Tensor) -> Tensor:
        """Return the student's logits (N, classes); while it trains, the teachers answer too."""
        if not self.training:
            return self.student(images)
        self.batches += 1
        if self.mixes:
            images = images.lerp(images.flip(0), torch.rand(len(images), 1, 1, 1, device=images.device))
        self.answers = self.ask(images)
        return self.student(images)

    @torch.no_grad()
    def ask(self, images: Tensor) -> Tensor:
        """Return the teachers' logits (N, classes), each for its part of the batch."""
        parts = images.tensor_split(2 * len(self.teachers))
        askings = [(teacher, mirrored) for teacher in self.teachers for mirrored in (False, True)]
        pairs = zip(askings, parts, strict=True)
        return torch.cat([teacher(part.flip(3) if mirrored else part) for (teacher, mirrored), part in pairs])

    def loss(self, logits: Tensor, labels: Tensor) -> Tensor:
        """Return the mean divergence of the student's answers from the teachers', the labels counting a little."""
        assert self.answers is not None
        heat = self.temperature
        student, teachers = (answers.float() / heat for answers in (logits, self.answers))
        taught = heat**2 * functional.kl_div(
            student.log_softmax(1), teachers.log_softmax(1), reduction="batchmean", log_target=True
        )
        if self.mixes:
            return taught
        return taught.lerp(functional.cross_entropy(logits, labels), self.labels)
