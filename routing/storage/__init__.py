"""Where the office's books are kept: SQLAlchemy over SQLite and PostgreSQL, the same tables.

Only a ``Transaction`` writes. Nothing above this room sees a database error: they become faults at its edge.
"""
