"""A successor council takes over the records of a predecessor: what comes along, how it is moved, and the way back."""
