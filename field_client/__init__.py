"""The offline half: a caseworker's encrypted store, visits from start to seal, and the sync with the office.

Start at `cli.main` for the commands, `runner.sync` for the exchange, `visits` for field work. Whatever a user saves is
committed before the call returns; nothing here decides conflicts, reviews or aid: that is the office's part.
"""
