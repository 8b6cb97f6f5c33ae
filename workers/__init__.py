"""How documents travel: Celery and kombu live here and nowhere else.

A message names hand-offs and carries nothing; the database is the truth. Whatever is lost, doubled or forged at the
broker is made good by the relay's sweep and by ``deliver`` being safe to do twice.
"""
