"""The isolation report: every table, address, job, file, cache key and export, tried as the wrong council."""
