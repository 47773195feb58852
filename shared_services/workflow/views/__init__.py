"""Pages of the workflow: inbox and tasks, cases, authority matrix."""
