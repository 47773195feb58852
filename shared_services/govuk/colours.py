"""The council's colour on its pages, always with writing that can be read on it (WCAG 2.2, 1.4.3)."""

from __future__ import annotations

import re

HEX = re.compile(r"^#[0-9a-fA-F]{6}$")
USUAL = "#1d4f6e"
# Pure black: GOV.UK's own, a shade lighter, misses 4.5 to 1 on a few middle greys.
WHITE, BLACK = "#ffffff", "#000000"


def room_stylesheet(colour: str) -> str:
    """Custom properties for the header. A colour that is not one is replaced, never passed on."""
    colour = colour if HEX.match(colour or "") else USUAL
    ink = readable_on(colour)
    return f":root{{--council-colour:{colour};--council-ink:{ink}}}\n"


def readable_on(colour: str) -> str:
    """White or black, whichever stands out more; one of them always reaches 4.5 to 1."""
    return WHITE if contrast(colour, WHITE) >= contrast(colour, BLACK) else BLACK


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4 for channel in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
