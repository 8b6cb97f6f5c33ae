"""Keys and secrets: what is kept of them, and how they are checked. Attachments and encryption will live here too."""
