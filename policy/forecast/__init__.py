"""The kernel's twin for whole counties: what a new number would do to a million households, to the fen.

Whole numbers in columns, so that it is exact as the kernel is; the one part of `policy` that needs numpy. It counts and
sums, and explains nothing: for a household's reasons there is `policy.assessment`.
"""
