"""What each service of a demo council buys: plausible things at plausible prices, from invented suppliers."""

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

PURCHASES: dict[str, tuple[Purchase, ...]] = {
    "LIB": (
        Purchase(
            "New fiction and children’s books",
            "The reading challenge lends more than we hold.",
            "Paperbark Library Supply",
            "4030",
            (
                Item("Children’s books, assorted", "22113000-5", "each", (5, 9), (150, 600), "Z"),
                Item("Adult fiction, assorted", "22113000-5", "each", (8, 13), (80, 300), "Z"),
                Item("Large print", "22113000-5", "each", (14, 22), (10, 60), "Z"),
            ),
        ),
        Purchase(
            "Shelving for {place}",
            "The new reading corner needs low shelves.",
            "Oakapple Furniture",
            "4000",
            (
                Item("Library shelving bay, low", "39155000-3", "each", (240, 380), (4, 24)),
                Item("Display stand", "39155000-3", "each", (120, 190), (1, 6)),
            ),
        ),
        Purchase(
            "Self-service kiosks",
            "The old kiosks can no longer be repaired.",
            "Lantern Computing",
            "4100",
            (
                Item("Self-service kiosk with contactless payment", "30200000-1", "each", (4200, 5600), (2, 8)),
                Item("Installation", "72260000-5", "day", (480, 620), (2, 6)),
            ),
        ),
        Purchase(
            "Summer festival at the museum",
            "The yearly family festival.",
            "Merrythought Events",
            "5000",
            (
                Item("Stage, sound and crew", "79952100-3", "day", (1800, 3200), (2, 4)),
                Item("Workshops by local artists", "92312000-1", "each", (180, 320), (6, 20), "E"),
            ),
        ),
        Purchase(
            "Refurbishment of the reading room",
            "Lighting and floors are worn and the room was last done in 1998.",
            "Stonechat Building",
            "2000",
            (
                Item("Refurbishment, as specified", "45262690-4", "job", (42000, 68000), (1, 1)),
                Item("Electrical work", "45310000-3", "job", (9000, 16000), (1, 1)),
            ),
        ),
        Purchase(
            "Rewiring of the archive store",
            "The insurer gives us until the end of the year.",
            "Stonechat Building",
            "2000",
            (Item("Rewiring, as specified", "45310000-3", "job", (54000, 82000), (1, 1)),),
        ),
        LAPTOPS,
        PAPER,
        FURNITURE,
    ),
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
    "SCH": (
        Purchase(
            "Reading books for primary schools",
            "The second year of the early reading programme.",
            "Paperbark Library Supply",
            "4030",
            (Item("Decodable readers, class set", "22111000-1", "pack", (180, 260), (10, 60), "Z"),),
        ),
        Purchase(
            "Kitchen equipment for {place}",
            "The dishwasher failed in the middle of term.",
            "Copperpan Catering Equipment",
            "4010",
            (
                Item("Dishwasher, pass-through", "39221000-7", "each", (3900, 5800), (1, 3)),
                Item("Installation", "45331000-6", "job", (600, 1100), (1, 1)),
            ),
        ),
        Purchase(
            "School meals, fruit and vegetables",
            "A half term’s supply.",
            "Rowanberry Foods",
            "4050",
            (Item("Fruit and vegetables, weekly delivery", "15800000-6", "week", (900, 1700), (5, 8), "Z"),),
        ),
        Purchase(
            "Tutors for adult learning",
            "Evening courses of the new term.",
            "Bellwether Training",
            "5000",
            (Item("Tutor, by the hour", "80310000-0", "hour", (32, 46), (40, 240), "E"),),
        ),
        Purchase(
            "Special transport for pupils",
            "Two new routes from September.",
            "Swiftmoth Transport",
            "3020",
            (Item("Minibus with escort, by the day", "60130000-8", "day", (210, 330), (30, 120), "Z"),),
        ),
        LAPTOPS,
        FURNITURE,
    ),
    "FAM": (
        Purchase(
            "Parenting courses",
            "Referred by the courts and by schools.",
            "Hearthstone Families",
            "5010",
            (Item("Course, ten weeks", "85320000-8", "each", (3200, 4600), (1, 4), "E"),),
        ),
        Purchase(
            "Specialist assessment",
            "Ordered by the court.",
            "Hearthstone Families",
            "4200",
            (Item("Assessment and report", "85312000-9", "each", (1400, 2600), (1, 6), "E"),),
        ),
        Purchase(
            "Interpreting and translation",
            "Family meetings in five languages.",
            "Larkword Languages",
            "4200",
            (Item("Interpreter, by the hour", "79530000-8", "hour", (36, 54), (20, 120)),),
        ),
        Purchase(
            "Setting-up home packs for care leavers",
            "Twelve young people move into their own home.",
            "Oakapple Furniture",
            "6000",
            (
                Item("Furniture pack", "39100000-3", "each", (620, 880), (3, 14)),
                Item("Kitchen pack", "39221000-7", "each", (110, 170), (3, 14)),
            ),
        ),
        TRAINING,
        AGENCY,
    ),
    "CAR": (
        Purchase(
            "Equipment for daily living",
            "Stock of the joint equipment store.",
            "Steadfast Mobility",
            "4010",
            (
                Item("Profiling bed", "33190000-8", "each", (680, 920), (4, 24), "Z"),
                Item("Perching stool and rails", "33196000-0", "each", (32, 58), (20, 120), "Z"),
            ),
            joint=True,
        ),
        Purchase(
            "Gloves, aprons and wipes",
            "Stock for care workers for one quarter.",
            "Whitethorn Medical",
            "4010",
            (
                Item("Nitrile gloves, case", "33141000-0", "box", (38, 56), (20, 160)),
                Item("Aprons, roll", "33141000-0", "each", (4, 8), (50, 300)),
            ),
            joint=True,
        ),
        Purchase(
            "Day centre activities",
            "Music, gardening and outings for the season.",
            "Merrythought Events",
            "5010",
            (Item("Session with materials", "85311200-4", "each", (95, 160), (10, 60), "E"),),
        ),
        Purchase(
            "Stairlift adaptations",
            "Recommended by the occupational therapist.",
            "Steadfast Mobility",
            "6000",
            (Item("Stairlift, fitted", "33196000-0", "each", (1900, 2900), (2, 10), "R"),),
        ),
        Purchase(
            "Taxis to day centres",
            "A quarter’s journeys.",
            "Swiftmoth Transport",
            "3020",
            (Item("Journey", "60120000-5", "each", (9, 16), (150, 700), "Z"),),
        ),
        AGENCY,
    ),
    "PUB": (
        Purchase(
            "Health checks in the community",
            "Commissioned sessions for the winter.",
            "Whitethorn Medical",
            "5000",
            (Item("Clinic session", "85141000-9", "each", (380, 560), (6, 40), "E"),),
        ),
        Purchase(
            "Air quality sensors",
            "Six new monitoring sites.",
            "Windhover Instruments",
            "4010",
            (
                Item("Sensor with mounting", "38432100-3", "each", (1100, 1700), (2, 10)),
                Item("Data service, one year", "72260000-5", "year", (240, 420), (2, 10)),
            ),
        ),
        Purchase(
            "First aid kits",
            "Every council building, yearly.",
            "Whitethorn Medical",
            "4010",
            (Item("First aid kit", "33141620-2", "each", (22, 36), (20, 120)),),
        ),
        Purchase(
            "Leaflets on vaccination",
            "Winter campaign.",
            "Quillfeather Print",
            "4020",
            (Item("Leaflet, printed and delivered", "79823000-9", "each", (0.06, 0.11), (20000, 90000), "Z"),),
        ),
        PAPER,
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
PLACES = (
    "the Central Library", "the Town Hall", "the north depot", "the south depot", "Riverside House", "the contact centre",
    "the community hub", "the leisure centre", "the east neighbourhood office", "the west neighbourhood office",
    "the canal park", "the market hall", "the children’s centre", "the learning centre", "the records office",
)  # fmt: skip
DELIVERY = (
    "Goods entrance, ring twice",
    "Reception, ground floor",
    "Stores, gate 2",
    "Second floor, lift B",
    "Depot office",
)
REJECTIONS = (
    "We have this in the store already. Please ask the depot first.",
    "Not this year: the budget is kept for the winter.",
    "The contract with our present supplier runs until spring. Use it.",
    "Two quotes are missing. Raise it again with both.",
)
RETURNS = (
    "Please say which site this is for and split the cost with the other team.",
    "The quantity looks double to me. Check it and send it again.",
    "Use the framework’s price, which is lower.",
    "Add the delivery date the site can take.",
)
