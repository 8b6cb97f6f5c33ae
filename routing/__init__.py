"""Satu Atap: the document moves from desk to desk under one roof, the applicant does not.

The words, one word a thing (code, tables, YAML, API, pages, log):

- application: one request by one applicant for one service; the document that travels
- service, workflow, step: what one can apply for; its route, as versioned data; a state on the route
- desk, counter, unit: where somebody decides; a desk that faces the public; the agency it belongs to
- visit: one stay of an application at one desk - sent, arrived, claimed, decided or recalled
- hand-off: a visit on its way: sent, not yet arrived
- decision, move: what is said at a visit; everything a decision changes, as one value
- return: to the applicant, or to an earlier desk
- requirement: a document or fact the service asks for
- audit entry, log: one line of the record; append-only, chained
- refusal, fault: the office says no (a person is told why); something broke (logged, retried)

The map: ``domain`` decides and touches nothing; ``storage`` writes, ``reading`` asks; ``actions`` are one
transaction each; ``web`` and ``cli`` are the doors. How documents travel is in ``workers``, outside this package,
because the engine knows nothing of Celery.
"""

__version__ = "0.1.0"
