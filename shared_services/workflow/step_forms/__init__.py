"""Forms of steps: what an officer is asked at a task or when a case is started, stored as JSON Schema."""
