"""Pages of leave and of employments."""
