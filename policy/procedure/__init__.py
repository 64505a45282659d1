"""How a case moves: states, events, who may, what must hold first, and which periods run, as data with their clauses.

`machines.load_machine` reads a table, `steps.step` judges one step, `deadlines` computes levels and days, `guards` is
the one place where a condition is written. Pure as all of `policy`: facts, region and day are arguments. Who is logged
in, what is stored and what is served are left to the server.
"""
