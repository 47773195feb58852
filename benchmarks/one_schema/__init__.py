"""A plain PostgreSQL engine that answers the door's questions and does nothing about them."""
