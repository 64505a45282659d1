"""Casework: from asking for help to a decision that can be explained, and what follows it.

`desk` says who works, by which rules and when; `steps` is the only place where an application changes its state, and asks
`policy.procedure` whether it may; `established` gathers what the guards judge; `clock` keeps the statutory periods. All
other modules are deeds: each writes what it is about, then takes its step.
"""
