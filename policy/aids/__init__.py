"""Aid that is not a monthly allowance of its own programme: amounts as suggestions with reasons, as in `policy.amounts`.

Each function is given the law of a day and the facts that it needs, answers an `Amount`, and raises ParameterNotSet where
the region has still to set a number that no document gives.
"""
