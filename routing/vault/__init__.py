"""Keys and secrets: what is kept of them, how they are checked, and personal data under seal."""
