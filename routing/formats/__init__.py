"""Other programs' files: bytes become values and values become bytes. No SQL, no clock, no decisions."""
