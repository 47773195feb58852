"""Changing the drawing of a process step by step, for those who cannot use the drawing board."""
