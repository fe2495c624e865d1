"""Ask the JavaScript that runs networks in a page what it computes, in node."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="no node on this machine: the figures' JavaScript is not tested")
SCRIPT = Path(__file__).parent / "js" / "ask.mjs"


def packed(array: np.ndarray | bytes) -> str:
    """Return an array's bytes in base64."""
    return base64.b64encode(array if isinstance(array, bytes) else np.ascontiguousarray(array).tobytes()).decode()


def floats(text: str, shape: Sequence[int]) -> np.ndarray:
    """Return what the page answered as float32."""
    return np.frombuffer(base64.b64decode(text), np.float32).reshape(shape)


def ask(questions: list[dict], folder: Path) -> list[Any]:
    """Return the answers to questions, each a dict with ``call`` and what it needs; see ``tests/js/ask.mjs``."""
    path = folder / "questions.json"
    path.write_text(json.dumps(questions), encoding="utf-8")
    done = subprocess.run([NODE, str(SCRIPT), str(path)], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


def question(page: Any, image: np.ndarray, **more: Any) -> dict:
    """Return the question what leaves each layer of an exported network for an image (C, H, W)."""
    image = np.asarray(image, np.float32)
    return {"call": "outputs", "layers": page.layers, "weights": packed(page.weights), "image": packed(image), **more}
