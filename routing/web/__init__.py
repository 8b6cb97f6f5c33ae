"""The doors for people: pages by audience, in two languages, usable without JavaScript."""
