"""Where a demo council’s purchases go, and what approvers say of them."""

from __future__ import annotations

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
