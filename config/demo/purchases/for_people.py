"""What the services to people buy: plausible things at plausible prices, from invented suppliers."""

from __future__ import annotations

from .kinds import AGENCY, FURNITURE, LAPTOPS, PAPER, TRAINING, Item, Purchase

FOR_PEOPLE: dict[str, tuple[Purchase, ...]] = {
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
}
