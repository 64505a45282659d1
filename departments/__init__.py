"""A stand-in for the departments that answer checks of means: a process of its own, for tests and the demonstration only.

It answers from invented circumstances, the same for the same id number each time, by HTTP and through a folder, and does
wrong on demand. Nothing in the product imports it, and it imports nothing of the server: what both sides agree on is the
envelope of docs/checks.md, written here a second time, so that a change of one side alone is noticed.
"""
