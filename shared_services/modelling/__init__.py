"""Processes as councils design them: drawn, tried, agreed and published."""
