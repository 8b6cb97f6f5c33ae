"""The door for programs, ``/api/v1``: the same acts and questions as the pages, as JSON, by token.

It has no powers of its own: who may what is asked of ``may``, what happens is done by the same actions. A wire shape is
a promise to programs nobody here knows, so none of them is a class of the domain.
"""
