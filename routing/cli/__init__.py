"""The command line: one file a command group. The top of the house, so it may start everything."""
