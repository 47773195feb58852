"""Pages of the design of processes: the list, a process, drafts and what becomes of them."""
