"""The same operations in hand-written SQL behind a bare WSGI function: the floor, on the yardstick's tables."""
