"""What a written decision tells of the remedies against it: reconsideration and court (社会救助法第七十六条)."""

REMEDY = "如不服本决定, 可以依法申请行政复议, 或者提起行政诉讼 (社会救助法第七十六条)。"
SERVED = ("in_person", "by_post", "by_agent", "electronic")
"""How a written decision may be served."""
