"""Ways to departments that answer checks: one small interface, a folder and an HTTP service behind it.

No hub: each source is asked on its own way, which `routes` reads from a file of the operator's (政务数据共享条例第三十一条).
"""
