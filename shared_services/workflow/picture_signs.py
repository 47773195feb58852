"""The small signs in a picture that say what an event or a task is about: drawn, so that no typeface is needed."""

from __future__ import annotations

from lxml import etree

from .diagrams import Step

INK = "#0b0c0c"
_LINE = {"fill": "none", "stroke": INK, "stroke-width": "1.3", "stroke-linecap": "round", "stroke-linejoin": "round"}


def sign(group: etree._Element, step: Step, x: float, y: float, size: float) -> None:
    """What an event is about, in the middle of its circle."""
    if step.timer is not None:
        etree.SubElement(group, "circle", cx=f"{x:g}", cy=f"{y:g}", r=f"{size * 0.9:g}", **_LINE)
        _line(group, [(x, y - size * 0.6), (x, y), (x + size * 0.45, y + size * 0.2)])
    elif step.error is not None:
        _line(group, [(x - size * 0.8, y + size * 0.7), (x - size * 0.2, y - size * 0.7), (x + size * 0.25, y + size * 0.3),
                      (x + size * 0.8, y - size * 0.7)])  # fmt: skip
    elif step.terminates:
        etree.SubElement(group, "circle", cx=f"{x:g}", cy=f"{y:g}", r=f"{size * 0.75:g}", fill=INK)
    elif step.message:
        envelope(group, x, y, size, sent=step.kind in ("send", "end"))


def envelope(group: etree._Element, x: float, y: float, size: float, *, sent: bool) -> None:
    """A letter: dark when it is sent, light when it is waited for."""
    left, top, width, height = x - size * 0.9, y - size * 0.6, size * 1.8, size * 1.2
    look = {**_LINE, "fill": INK} if sent else _LINE
    etree.SubElement(
        group, "rect", x=f"{left:g}", y=f"{top:g}", width=f"{width:g}", height=f"{height:g}", **look
    )  # fmt: skip
    _line(group, [(left, top), (x, y + size * 0.1), (left + width, top)], "#ffffff" if sent else INK)


def plus(group: etree._Element, x: float, y: float, size: float) -> None:
    """There is more inside than the picture shows."""
    etree.SubElement(
        group, "rect", x=f"{x - size:g}", y=f"{y - size:g}", width=f"{2 * size:g}", height=f"{2 * size:g}", **_LINE
    )
    _line(group, [(x - size * 0.6, y), (x + size * 0.6, y)])
    _line(group, [(x, y - size * 0.6), (x, y + size * 0.6)])


def _line(group: etree._Element, points: list[tuple[float, float]], colour: str = INK) -> None:
    words = " ".join(f"{x:g},{y:g}" for x, y in points)
    etree.SubElement(group, "polyline", points=words, **{**_LINE, "stroke": colour})
