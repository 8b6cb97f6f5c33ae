"""The command line: one file a group of commands; the top, which may start everything."""
