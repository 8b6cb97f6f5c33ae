"""The measurements behind ``satuatap bench``: how many moves a second, how soon a document is in the next inbox.

Everything measured is the real thing: the published route, the real actions, a database, a relay and workers of the
measurement's own. What an office runs is never touched, and nothing here is used by anything but the measurements.
"""
