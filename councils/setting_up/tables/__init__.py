"""Each table that a council can bring as a CSV file: its columns, and what one row does."""

from .budgets import BUDGETS
from .cost_centres import CODES, COST_CENTRES
from .departments import DEPARTMENTS
from .kinds import Column, Outcome, RowFault, Table
from .officers import OFFICERS
from .posts import POSTS
from .suppliers import SUPPLIERS

TABLES: dict[str, Table] = {
    table.key: table for table in (DEPARTMENTS, OFFICERS, POSTS, CODES, COST_CENTRES, BUDGETS, SUPPLIERS)
}
"""By key, in the order in which they build on each other."""

__all__ = ["TABLES", "Column", "Outcome", "RowFault", "Table"]
