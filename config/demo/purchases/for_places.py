"""What the services to places, and to the council itself, buy: plausible things from invented suppliers."""

from __future__ import annotations

from .kinds import AGENCY, FURNITURE, LAPTOPS, PAPER, TRAINING, WORKWEAR, Item, Purchase

FOR_PLACES: dict[str, tuple[Purchase, ...]] = {
    "PRK": (
        Purchase(
            "Mower and attachments",
            "Replaces a mower that failed its inspection.",
            "Greenfinch Machinery",
            "4010",
            (
                Item("Ride-on mower", "16310000-1", "each", (9800, 15500), (1, 2)),
                Item("Service plan, first year", "50230000-6", "each", (650, 900), (1, 2)),
            ),
        ),
        Purchase(
            "Bedding plants and bulbs",
            "Spring and summer planting.",
            "Fiddlehead Nurseries",
            "2040",
            (
                Item("Bedding plants, tray", "03121000-5", "box", (7, 12), (60, 400)),
                Item("Bulbs, net of 100", "03451000-6", "pack", (14, 26), (10, 80)),
            ),
        ),
        Purchase(
            "Playground equipment for {place}",
            "The inspector condemned the climbing frame.",
            "Hobbyhorse Play",
            "4010",
            (
                Item("Climbing frame", "37535200-9", "each", (11000, 19000), (1, 2)),
                Item("Safety surface", "45236200-2", "sq_metre", (68, 95), (60, 180)),
            ),
        ),
        Purchase(
            "Tree work",
            "Found unsafe in the winter survey.",
            "Highbough Tree Care",
            "2040",
            (Item("Tree surgery, by the day", "77211500-7", "day", (620, 840), (3, 20)),),
        ),
        Purchase(
            "Benches and bins for {place}",
            "Asked for by the friends of the park.",
            "Ironbark Street Furniture",
            "4000",
            (
                Item("Park bench, hardwood", "34928400-2", "each", (420, 610), (3, 16)),
                Item("Litter bin", "34928480-6", "each", (180, 260), (3, 20)),
            ),
        ),
        WORKWEAR,
        TRAINING,
    ),
    "WST": (
        Purchase(
            "Refuse collection vehicles",
            "Two vehicles reach the end of their lease.",
            "Dustwing Vehicles",
            "3000",
            (Item("Refuse vehicle, 26 tonnes, one year’s hire", "34144511-3", "each", (46000, 58000), (1, 2)),),
        ),
        Purchase(
            "Wheeled bins",
            "Replacement of broken bins and new homes.",
            "Ironbark Street Furniture",
            "4010",
            (
                Item("Wheeled bin 240 litres", "34928480-6", "each", (19, 26), (100, 900)),
                Item("Food caddy", "34928480-6", "each", (4, 7), (100, 800)),
            ),
            joint=True,
        ),
        Purchase(
            "Refuse sacks",
            "Stock for one quarter.",
            "Ravelin Packaging",
            "4010",
            (Item("Refuse sacks, box of 200", "19640000-4", "box", (16, 24), (40, 300)),),
            joint=True,
        ),
        Purchase(
            "Sweeper repair",
            "Hydraulics and brushes.",
            "Dustwing Vehicles",
            "3000",
            (
                Item("Repair, by the hour", "50230000-6", "hour", (58, 82), (10, 60)),
                Item("Brush set", "39224000-8", "each", (140, 210), (2, 12)),
            ),
        ),
        WORKWEAR,
        AGENCY,
    ),
    "FIN": (
        Purchase(
            "External audit support",
            "Year-end working papers.",
            "Tallystick Consulting",
            "4200",
            (Item("Consultant, by the day", "79212000-3", "day", (580, 840), (5, 30)),),
        ),
        Purchase(
            "Printing and posting of council tax bills",
            "Yearly bills and reminders.",
            "Quillfeather Print",
            "4120",
            (Item("Bill, printed and posted", "79823000-9", "each", (0.46, 0.62), (8000, 60000)),),
        ),
        Purchase(
            "Debt recovery software licences",
            "Renewal for one year.",
            "Abacus Lane Software",
            "4110",
            (Item("Licence, one year", "48218000-9", "licence", (210, 340), (10, 40)),),
        ),
        PAPER,
        TRAINING,
    ),
    "HRO": (
        Purchase(
            "Leadership programme",
            "Second cohort of new managers.",
            "Bellwether Training",
            "1060",
            (Item("Programme day", "80500000-9", "day", (950, 1500), (4, 14), "E"),),
        ),
        Purchase(
            "Occupational health clinics",
            "Extra sessions while a nurse is away.",
            "Whitethorn Medical",
            "5000",
            (Item("Clinic day", "85141000-9", "day", (520, 760), (4, 26), "E"),),
        ),
        Purchase(
            "Eye tests and spectacles",
            "Screen users, yearly.",
            "Glasswing Opticians",
            "4200",
            (Item("Spectacles voucher", "33734000-4", "each", (20, 35), (20, 160)),),
        ),
        FURNITURE,
        TRAINING,
    ),
    "DIG": (
        Purchase(
            "Network switches",
            "Replacement of switches without support.",
            "Lantern Computing",
            "4100",
            (
                Item("Switch, 48 ports", "32420000-3", "each", (1900, 3100), (2, 16)),
                Item("Support, three years", "50312310-1", "each", (280, 460), (2, 16)),
            ),
            joint=True,
        ),
        Purchase(
            "Mobile telephones",
            "New starters and replacements.",
            "Fieldfare Mobile",
            "4120",
            (
                Item("Smartphone", "32250000-0", "each", (190, 290), (10, 80)),
                Item("Charger", "31158000-8", "each", (8, 15), (10, 80)),
            ),
            joint=True,
        ),
        Purchase(
            "Service desk software",
            "Renewal for one year.",
            "Abacus Lane Software",
            "4110",
            (Item("Licence, one year", "48900000-7", "licence", (260, 420), (20, 60)),),
        ),
        Purchase(
            "Servers for the data centre",
            "Storage is 87% full.",
            "Lantern Computing",
            "4100",
            (Item("Server with five years’ support", "48822000-6", "each", (9800, 15500), (2, 8)),),
        ),
        Purchase(
            "Penetration test",
            "Yearly test before the assessment.",
            "Nightwatch Security",
            "4200",
            (Item("Tester, by the day", "72267000-4", "day", (780, 1050), (5, 16)),),
        ),
        LAPTOPS,
    ),
    "PRP": (
        Purchase(
            "Cleaning materials",
            "Stock for one quarter.",
            "Brightwater Hygiene",
            "2030",
            (
                Item("Cleaning products, case", "39830000-9", "box", (18, 32), (30, 160)),
                Item("Paper towels, case", "33760000-5", "box", (16, 25), (40, 200)),
            ),
            joint=True,
        ),
        Purchase(
            "Lift maintenance at {place}",
            "Quarterly service and a new door gear.",
            "Plumbline Lifts",
            "2000",
            (Item("Service visit", "50750000-7", "visit", (380, 620), (1, 6)),),
        ),
        Purchase(
            "Fire extinguishers and alarms",
            "Found missing in the fire risk assessment.",
            "Emberguard Fire",
            "2000",
            (
                Item("Fire extinguisher", "35111300-8", "each", (38, 62), (10, 80)),
                Item("Alarm panel, fitted", "31625100-4", "each", (1800, 2900), (1, 3)),
            ),
        ),
        Purchase(
            "Roof repair at {place}",
            "Rain comes into the archive.",
            "Stonechat Building",
            "2000",
            (Item("Roof repair, as specified", "45261900-3", "job", (14000, 72000), (1, 1)),),
        ),
        Purchase(
            "Guarding of empty buildings",
            "Two buildings stand empty until they are sold.",
            "Nightwatch Security",
            "5000",
            (Item("Guard, by the week", "79713000-5", "week", (980, 1450), (4, 16)),),
        ),
        FURNITURE,
    ),
    "HWY": (
        Purchase(
            "Resurfacing of {place}",
            "In the yearly programme.",
            "Causeway Surfacing",
            "5000",
            (
                Item("Surface course, laid", "45233220-7", "sq_metre", (24, 34), (600, 3200)),
                Item("Traffic management", "45233141-9", "day", (480, 720), (2, 10)),
            ),
        ),
        Purchase(
            "Road salt",
            "Stock before winter.",
            "Saltmarsh Supplies",
            "4010",
            (Item("Rock salt, delivered", "14410000-8", "tonne", (48, 64), (40, 400)),),
            joint=True,
        ),
        Purchase(
            "Street lighting columns",
            "Replacement of corroded columns.",
            "Glowworm Lighting",
            "4010",
            (
                Item("Column 6 m", "34993000-4", "each", (380, 520), (4, 40)),
                Item("LED lantern", "31520000-7", "each", (140, 210), (4, 60)),
            ),
        ),
        Purchase(
            "Road signs and bollards",
            "Repairs and the new school streets.",
            "Ironbark Street Furniture",
            "4010",
            (
                Item("Sign, made and fitted", "34992200-9", "each", (110, 190), (4, 40)),
                Item("Bollard", "34928400-2", "each", (90, 150), (4, 40)),
            ),
        ),
        Purchase(
            "Ground investigation at {place}",
            "Before the footbridge is designed.",
            "Bedrock Engineers",
            "4200",
            (Item("Boreholes and report", "71351500-8", "job", (8500, 21000), (1, 1)),),
        ),
        WORKWEAR,
    ),
}
