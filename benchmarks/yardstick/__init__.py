"""The yardstick: what the product does, written as plain Django would write it.

The same tables and constraints, `full_clean()` before each save, `select_for_update()` and one transaction per
step, plain views that answer JSON. No process engine, no audit record, no permissions, no wall between councils.
"""
