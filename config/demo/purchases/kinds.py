"""What a purchase is, and those that several services make."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Item:
    """A line of a purchase: what, its CPV code, its unit, and the ranges of price and quantity."""

    what: str
    cpv: str
    unit: str
    price: tuple[float, float]
    quantity: tuple[int, int]
    vat: str = "S"


@dataclass(frozen=True)
class Purchase:
    """Something a service buys again and again. `joint`: worth buying together with other councils."""

    title: str
    why: str
    supplier: str
    subjective: str
    items: tuple[Item, ...]
    joint: bool = False


LAPTOPS = Purchase(
    "Laptops for {place}", "The present machines are five years old and no longer get security updates.",
    "Lantern Computing", "4100",
    (
        Item("Laptop 14 inch, 16 GB", "30213100-6", "each", (640, 780), (4, 30)),
        Item("Docking station", "30237000-9", "each", (95, 140), (4, 30)),
        Item("Screen 27 inch", "30231300-0", "each", (120, 165), (4, 20)),
    ),
    joint=True,
)  # fmt: skip
PAPER = Purchase(
    "Printing paper for {place}", "Stock for one quarter.", "Quillfeather Office Supplies", "4020",
    (
        Item("A4 paper, box of 5 reams", "30197630-1", "box", (13, 19), (20, 120)),
        Item("A3 paper, box of 3 reams", "30197630-1", "box", (15, 22), (2, 20)),
        Item("Toner and pens", "30192000-1", "pack", (25, 60), (2, 12)),
    ),
    joint=True,
)  # fmt: skip
FURNITURE = Purchase(
    "Furniture for {place}", "The room opens again in a month and has nothing to sit on.", "Oakapple Furniture", "4000",
    (
        Item("Height-adjustable desk", "39121100-7", "each", (280, 390), (2, 16)),
        Item("Task chair", "39112000-0", "each", (140, 210), (2, 20)),
        Item("Table, folding", "39121200-8", "each", (90, 150), (2, 10)),
    ),
    joint=True,
)  # fmt: skip
WORKWEAR = Purchase(
    "Workwear and protective clothing for {place}", "Yearly issue to crews who work outdoors.", "Stormcock Workwear", "4040",
    (
        Item("Waterproof jacket, high visibility", "18221000-4", "each", (42, 65), (10, 60)),
        Item("Protective gloves", "18143000-3", "pack", (9, 18), (20, 90)),
        Item("Safety boots", "18110000-3", "each", (48, 74), (10, 50)),
    ),
    joint=True,
)  # fmt: skip
TRAINING = Purchase(
    "Training for {place}", "Everyone in the team must hold the certificate by the end of the year.",
    "Bellwether Training", "1060",
    (
        Item("Course day for twelve officers", "80511000-9", "day", (650, 950), (1, 6), "E"),
        Item("Learning materials", "22110000-4", "each", (18, 35), (6, 24), "Z"),
    ),
)  # fmt: skip
AGENCY = Purchase(
    "Agency cover for {place}", "Two posts are vacant until the recruitment ends.", "Harebell Staffing", "1050",
    (Item("Temporary officer, by the week", "79620000-6", "week", (720, 980), (4, 14)),),
)  # fmt: skip
