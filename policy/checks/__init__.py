"""What an office checks about its own numbers and measures: standards, funds, sanctions. Answers are findings with reasons.

A check that no document makes in the region does not exist there: it is left out, and never passes or fails by default.
"""
