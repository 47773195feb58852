"""Invented people. Every name is a colour or a stone and a plant or a bird, so that nobody takes one for real."""

from __future__ import annotations

import random
from dataclasses import dataclass

COLOURS = (
    "Amber", "Azure", "Beryl", "Bronze", "Cerise", "Cobalt", "Copper", "Coral", "Crimson", "Ebony", "Emerald", "Fawn",
    "Flint", "Garnet", "Indigo", "Ivory", "Jade", "Jet", "Lilac", "Mauve", "Ochre", "Olive", "Onyx", "Opal", "Pearl",
    "Ruby", "Russet", "Saffron", "Sepia", "Sienna", "Silver", "Slate", "Teal", "Topaz", "Umber", "Violet",
)  # fmt: skip
PLANTS_AND_BIRDS = (
    "Avocet", "Bittern", "Bluebell", "Bramble", "Bullfinch", "Campion", "Celandine", "Chaffinch", "Cowslip", "Curlew",
    "Dunlin", "Fieldfare", "Foxglove", "Goldcrest", "Goosander", "Harebell", "Heron", "Honeysuckle", "Kestrel",
    "Kittiwake", "Lapwing", "Larkspur", "Linnet", "Mallow", "Marigold", "Meadowsweet", "Moorhen", "Nightjar", "Nuthatch",
    "Osprey", "Pimpernel", "Plover", "Redstart", "Redwing", "Sandpiper", "Siskin", "Skylark", "Snowdrop", "Speedwell",
    "Teasel", "Toadflax", "Wagtail", "Whinchat", "Willowherb", "Woodruff", "Yarrow",
)  # fmt: skip
OFFICERS_A_COUNCIL = 60
SEED = 2026


@dataclass(frozen=True)
class Duty:
    """What an officer does in the demo: post, service, roles, and whom the post reports to."""

    key: str
    title: str
    service: str
    reports_to: str
    grade: str
    roles: tuple[str, ...] = ()
    account: str = ""
    """The demo account of this officer, like requester; others are first.last."""


def names(part: int) -> list[str]:
    """Sixty names for the part-th council, the same on every machine; no name is used twice."""
    everyone = [f"{first} {last}" for first in COLOURS for last in PLANTS_AND_BIRDS]
    random.Random(SEED).shuffle(everyone)  # noqa: S311 - the same names everywhere is the point
    return everyone[part * OFFICERS_A_COUNCIL : (part + 1) * OFFICERS_A_COUNCIL]


def mailbox(name: str) -> str:
    return name.lower().replace(" ", ".")
