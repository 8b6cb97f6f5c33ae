"""Reads and checks what an office writes down in ``workflows/``; parses, never stores."""
