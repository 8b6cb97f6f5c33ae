"""The rules of the office, pure: no database, no queue, no clock, no file. What needs one of those lives elsewhere."""
