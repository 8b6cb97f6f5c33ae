"""What people ask: one file a question, answered straight from the tables. Nothing here writes or decides."""
