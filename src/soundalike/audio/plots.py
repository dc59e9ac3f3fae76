"""Pictures without a plotting library: PNG of a mel spectrogram, SVG of points and bars."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from html import escape

import numpy as np

from .audio import Audio
from .mel import MelSpec, log_mel

# Dark to light, even steps
_STOPS = (
    (0, 0, 4),
    (40, 17, 89),
    (114, 31, 129),
    (183, 55, 121),
    (241, 96, 93),
    (254, 176, 120),
    (252, 253, 191),
)


def png(pixels: np.ndarray, palette: np.ndarray) -> bytes:
    """A PNG file of palette indices (height, width) uint8 and colours (up to 256, 3) uint8."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    height, width = pixels.shape
    # Every line begins with its filter: none
    lines = np.concatenate([np.zeros((height, 1), np.uint8), pixels], axis=1)
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
        (b"PLTE", palette.astype(np.uint8).tobytes()),
        (b"IDAT", zlib.compress(lines.tobytes(), 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(kind, data) for kind, data in parts)


def mel_png(audio: Audio, widest: int = 600) -> bytes:
    """The log-mel of a recording as `drawn`."""
    spec = MelSpec()
    return drawn(log_mel(audio.resample(spec.sample_rate).samples, spec), widest)


def drawn(mel: np.ndarray, widest: int = 600) -> bytes:
    """A PNG of a log-mel (T, M), low notes below, time to the right, 60 dB from dark to light; at most
    `widest` pixels wide.
    """
    step = -(-len(mel) // widest)
    mel = np.stack([mel[at : at + step].max(0) for at in range(0, len(mel), step)])
    top = mel.max()
    level = np.clip((mel - top) / (60 / 20 * np.log(10)) + 1, 0, 1)
    shades = 64  # finer ones only make the file larger
    at = np.linspace(0, len(_STOPS) - 1, shades)
    palette = np.stack(
        [np.interp(at, np.arange(len(_STOPS)), [stop[i] for stop in _STOPS]) for i in range(3)], 1
    )
    return png((level.T[::-1] * (shades - 1)).astype(np.uint8), palette)


def scatter(points: list[tuple[float, float, str, int]], across: str, up: str) -> str:
    """An SVG of points (x, y, title, series 0 or 1) with axes that begin at round numbers."""
    width = 640
    height = 360
    left = 60
    below = 50
    x_low, x_high, x_step = _axis([p[0] for p in points])
    y_low, y_high, y_step = _axis([p[1] for p in points])

    def x(value: float) -> float:
        return left + (value - x_low) / (x_high - x_low) * (width - left - 15)

    def y(value: float) -> float:
        return height - below - (value - y_low) / (y_high - y_low) * (height - below - 15)

    parts = [_svg(width, height, f"Scatter of {up} against {across}, {len(points)} jobs")]
    for value in np.arange(x_low, x_high + x_step / 2, x_step):
        parts.append(
            f'<text x="{x(value):.1f}" y="{height - below + 18}" text-anchor="middle">{value:.4g}</text>'
        )
    for value in np.arange(y_low, y_high + y_step / 2, y_step):
        parts.append(
            f'<line class="grid" x1="{left}" x2="{width - 15}" y1="{y(value):.1f}" y2="{y(value):.1f}"/>'
        )
        parts.append(f'<text x="{left - 8}" y="{y(value) + 4:.1f}" text-anchor="end">{value:.4g}</text>')
    for px, py, title, series in points:
        parts.append(
            f'<circle class="series{series}" cx="{x(px):.1f}" cy="{y(py):.1f}" '
            f'r="5"><title>{escape(title)}</title></circle>'
        )
    parts.append(
        f'<text x="{(left + width) / 2}" y="{height - 10}" text-anchor="middle">{escape(across)}</text>'
    )
    parts.append(
        f'<text transform="translate(16 {(height - below) / 2}) rotate(-90)" '
        f'text-anchor="middle">{escape(up)}</text></svg>'
    )
    return "".join(parts)


def bars(rows: list[tuple[str, float, str, int]], label: str) -> str:
    """An SVG of horizontal bars (name, value, value as text, series 0 or 1)."""
    width = 640
    left = 260
    line = 26
    top = max((value for _, value, _, _ in rows), default=0.0) or 1.0
    parts = [_svg(width, line * len(rows) + 8, f"Bars: {label}")]
    for number, (name, value, text, series) in enumerate(rows):
        y = 4 + number * line
        size = value / top * (width - left - 90)
        parts.append(f'<text x="{left - 8}" y="{y + 16}" text-anchor="end">{escape(name)}</text>')
        parts.append(
            f'<rect class="series{series}" x="{left}" y="{y + 3}" width="{size:.1f}" '
            f'height="{line - 8}"><title>{escape(text)}</title></rect>'
        )
        parts.append(f'<text x="{left + size + 6:.1f}" y="{y + 16}">{escape(text)}</text>')
    return "".join([*parts, "</svg>"])


def squares(counts: Sequence[Sequence[int]], names: Sequence[str], label: str) -> str:
    """An SVG of a square table of counts, the deeper the larger a count's share of its row."""
    size = 64
    left = 96
    top = 30
    parts = [_svg(left + size * len(names) + 8, top + size * len(names) + 8, label)]
    for number, (name, row) in enumerate(zip(names, counts, strict=True)):
        across = left + (number + 0.5) * size
        down = top + (number + 0.5) * size
        parts.append(f'<text x="{across}" y="{top - 10}" text-anchor="middle">{escape(name)}</text>')
        parts.append(f'<text x="{left - 8}" y="{down + 4}" text-anchor="end">{escape(name)}</text>')
        for place, count in enumerate(row):
            share = count / max(1, sum(row))
            x = left + place * size
            title = f"{name} heard as {names[place]}: {count} of {sum(row)}"
            parts.append(
                f'<rect x="{x}" y="{down - size / 2}" width="{size - 2}" height="{size - 2}" '
                f'style="fill:hsl(45 90% {95 - 45 * share:.0f}%)"><title>{escape(title)}</title></rect>'
                f'<text x="{x + size / 2}" y="{down + 4}" text-anchor="middle" style="fill:#000">'
                f"{count}</text>"
            )
    return "".join([*parts, "</svg>"])


def _svg(width: int, height: int, label: str) -> str:
    return (
        f'<svg viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="{escape(label)}"><title>{escape(label)}</title>'
    )


def _axis(values: list[float]) -> tuple[float, float, float]:
    """Round ends and step of an axis that holds all values."""
    low = min(values, default=0.0)
    high = max(values, default=1.0)
    rough = max(high - low, 1e-3) / 4
    power = 10 ** np.floor(np.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    first = np.floor(low / step) * step
    return float(first), float(max(first + step, np.ceil(high / step) * step)), float(step)
