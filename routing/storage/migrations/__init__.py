"""The numbered steps by which a database reaches this program's version. Forward only."""
