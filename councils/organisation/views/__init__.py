"""Pages of departments, posts, officers and the council's settings."""
