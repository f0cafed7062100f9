"""Studies: trials in a database, safe to kill and resume."""
