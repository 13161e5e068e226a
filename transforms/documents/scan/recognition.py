"""Pictures of lines -> their text, by the network that the package rapidocr ships; one session a process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnxruntime

from transforms.documents.model import UnreadableDocument
from transforms.documents.scan.cleaning import Pixels

# What the network was trained on: pictures 48 high; widths are multiples of 8, one step of its output each.
_HEIGHT = 48
_WIDTHS = (64, 96, 128, 192, 256, 320, 448, 640, 896, 1280, 1792, 2560)
_AT_ONCE = 8
# Lines of text as wide as a page are read alone: a batch of them would need a hundred megabytes.
_WIDEST_BATCH = 1280
FIGURE_SIGNS = "0123456789.,+-"


@dataclass(frozen=True)
class Recognised:
    """Text of a line with the probability (0 to 1) of each of its characters.

    ``figure`` and ``figure_odds`` are the same line read as if it could hold nothing but digits and their signs.
    """

    text: str
    odds: tuple[float, ...]
    figure: str
    figure_odds: tuple[float, ...]


class _Network:
    def __init__(self) -> None:
        spec = find_spec("rapidocr")
        folder = Path(spec.origin).parent / "models" if spec and spec.origin else Path()
        models = sorted(folder.glob("*_rec_*.onnx"))
        if not models:
            raise UnreadableDocument("The package rapidocr is installed without its model for recognition of text.")
        options = onnxruntime.SessionOptions()
        # Workers of the pipeline are as many as the cores; more threads would only get into each other's way.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 4
        # Its own store of memory grows and is not given back; the system's is as quick here.
        options.enable_cpu_mem_arena = False
        self.session = onnxruntime.InferenceSession(str(models[-1]), options, providers=["CPUExecutionProvider"])
        self.input = self.session.get_inputs()[0].name
        # Class 0 is "nothing", the last one a space.
        names = self.session.get_modelmeta().custom_metadata_map["character"].splitlines()
        self.characters = ["", *names, " "]
        self.signs = np.array([0, *(self.characters.index(sign) for sign in FIGURE_SIGNS)])


@cache
def _network() -> _Network:
    return _Network()


def recognise(pictures: Sequence[Pixels]) -> list[Recognised]:
    """Text of each picture (grey, dark on white), in their order."""
    network = _network()
    scaled = [_scaled(picture) for picture in pictures]
    order = sorted(range(len(scaled)), key=lambda i: scaled[i].shape[1])
    results: dict[int, Recognised] = {}
    batch: list[int] = []
    for number in order:
        most = min(_AT_ONCE, max(1, _WIDEST_BATCH // _width(scaled[number])))
        if batch and (_width(scaled[batch[0]]) != _width(scaled[number]) or len(batch) >= most):
            _read(network, batch, scaled, results)
            batch = []
        batch.append(number)
    if batch:
        _read(network, batch, scaled, results)
    return [results[number] for number in range(len(scaled))]


def _scaled(picture: Pixels) -> Pixels:
    width = min(max(8, round(picture.shape[1] * _HEIGHT / picture.shape[0])), _WIDTHS[-1])
    how = cv2.INTER_AREA if picture.shape[0] > _HEIGHT else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(picture, (width, _HEIGHT), interpolation=how), dtype=np.uint8)


def _width(picture: Pixels) -> int:
    return next(width for width in _WIDTHS if width >= picture.shape[1])


def _read(network: _Network, batch: list[int], scaled: list[Pixels], results: dict[int, Recognised]) -> None:
    width = _width(scaled[batch[-1]])
    pages = np.zeros((len(batch), 1, _HEIGHT, width), dtype=np.float32)
    for place, number in enumerate(batch):
        pages[place, 0, :, : scaled[number].shape[1]] = scaled[number].astype(np.float32) / 127.5 - 1.0
    output: Any = network.session.run(None, {network.input: np.repeat(pages, 3, axis=1)})[0]
    for place, number in enumerate(batch):
        text, odds = _decoded(output[place], network.characters)
        only = output[place][:, network.signs]
        figure, figure_odds = _decoded(only / np.maximum(only.sum(axis=1, keepdims=True), 1e-9), ["", *FIGURE_SIGNS])
        results[number] = Recognised(text, odds, figure, figure_odds)


def _decoded(steps: np.ndarray, characters: Sequence[str]) -> tuple[str, tuple[float, ...]]:
    """The likeliest characters of the network's steps: repeated ones are one, unless nothing stands between them."""
    best = steps.argmax(axis=1)
    odds = steps[np.arange(len(best)), best]
    text: list[str] = []
    found: list[float] = []
    for place, index in enumerate(best):
        if index == 0:
            continue
        if place and best[place - 1] == index:
            found[-1] = max(found[-1], float(odds[place]))
        else:
            # A few classes stand for several characters.
            text.append(characters[index])
            found += [float(odds[place])] * len(characters[index])
    return "".join(text), tuple(found)
