"""What the office does: one file an act, one transaction each. Actions do not call actions."""
