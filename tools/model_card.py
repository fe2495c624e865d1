"""What is told of an embedded network: its model card for readers, and the facts that `ainotes.pretrained` reads."""

from __future__ import annotations

import hashlib
import statistics
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from weights import Recipe

    from ainotes.data import ImageSet

Result = dict[str, Any]  # of one seed


def facts(recipe: Recipe, results: list[Result], data: ImageSet, weights: Path) -> dict[str, Any]:
    """Return what `ainotes.pretrained` has to know of the network."""
    return {
        "title": recipe.title,
        "network": recipe.network,
        "categories": list(data.classes),
        "size": data.images.shape[-1],
        "mean": recipe.mean,
        "std": recipe.std,
        "accuracy": results[0]["accuracy"],
        "trained_on": recipe.cite,
        "date": results[0]["date"],
        "sha256": hashlib.sha256(weights.read_bytes()).hexdigest(),
    }


def card(recipe: Recipe, results: list[Result], source: str, weights: Path) -> str:
    """Return the model card, Markdown."""
    from ainotes import models
    from ainotes.utils.train import count_parameters

    scores = [result["accuracy"] for result in results]
    mean = f"Mean of {len(scores)} seeds: {statistics.mean(scores):.2%}." if len(scores) > 1 else "One seed so far."
    rows = [f"| {r['seed']} | {r['accuracy']:.2%} | {r['date']} |" for r in results]
    first = results[0]
    size = weights.stat().st_size
    seeds = " ".join(str(result["seed"]) for result in results)
    return "\n".join(
        [
            f"# {recipe.title}",
            "",
            "Written by `tools/weights.py`; do not edit.",
            "",
            f"- **Network**: `ainotes.models.{recipe.network}`, "
            f"{count_parameters(getattr(models, recipe.network)()):,} parameters; `{weights.name}`, "
            f"{size / 1e6:.2f} MB, weights in half precision.",
            f"- **Data**: {recipe.cite}. {source}",
            f"- **Recipe**: {recipe.sentence}",
            f"- **Command**: `python tools/weights.py {recipe.name} --seeds {seeds}`",
            f"- **Versions**: Python {first['Python']}, torch {first['torch']}, device {first['device']}.",
            "- **Use**: for the lessons. It knows ten classes and nothing else, and names one of them for any picture.",
            "",
            "| seed | accuracy on the test images | date |",
            "|---|---|---|",
            *rows,
            "",
            f"{mean} The file holds seed {first['seed']}, the first, and its accuracy is that of the file, in half "
            "precision as it is.",
            "",
        ]
    )
