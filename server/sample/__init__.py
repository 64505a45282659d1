"""A sample county that looks real and holds nobody: areas, staff, households and tasks, made again from a seed.

Start at `households.generate`, `county.AREAS` and `staff.STAFF`. Pure: no database, no clock, no Flask; storing what is
made, and hashing passwords, is left to the command `flask demo seed`.
"""
