"""Raster images by their magic bytes, never by what a header claims; their size in pixels from the same bytes.

SVG is text that can act, so it is never an image here. Must not know: HTML. Read next: bodies.py.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

# A picture of a few bytes can unfold to gigabytes of pixels; such a one is described, not drawn.
PIXEL_BUDGET = 16_000_000


@dataclass(frozen=True, slots=True)
class Image:
    """A raster type and its size in pixels; 0 when the header does not say."""

    mime: str
    width: int
    height: int

    @property
    def drawable(self) -> bool:
        """The size is known and modest."""
        return 0 < self.width * self.height <= PIXEL_BUDGET


def sniff(data: bytes) -> Image | None:
    """Which raster image these bytes begin, or None."""
    if data.startswith(b"\x89PNG\r\n\x1a\n") and data[12:16] == b"IHDR" and len(data) >= 24:
        return Image("image/png", *struct.unpack(">II", data[16:24]))
    if data[:6] in (b"GIF87a", b"GIF89a") and len(data) >= 10:
        return Image("image/gif", *struct.unpack("<HH", data[6:10]))
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return Image("image/webp", *_webp(data))
    if data.startswith(b"\xff\xd8\xff"):
        return Image("image/jpeg", *_jpeg(data))
    return None


def _webp(data: bytes) -> tuple[int, int]:
    """Size in pixels of the three kinds of WebP (developers.google.com/speed/webp, container and bitstreams)."""
    kind = data[12:16]
    if kind == b"VP8X" and len(data) >= 30:
        return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
    if kind == b"VP8L" and len(data) >= 25:
        bits = int.from_bytes(data[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 " and len(data) >= 30:
        width, height = struct.unpack("<HH", data[26:30])
        return width & 0x3FFF, height & 0x3FFF
    return 0, 0


def _jpeg(data: bytes) -> tuple[int, int]:
    """Size in pixels from the first frame header (ITU-T T.81, B.2.2); segments are walked, not searched."""
    offset = 2
    while offset + 9 <= len(data) and data[offset] == 0xFF:
        marker, length = data[offset + 1], int.from_bytes(data[offset + 2 : offset + 4])
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[offset + 5 : offset + 9])
            return width, height
        offset += 2 + max(length, 2)
    return 0, 0
