"""Documents that go out on paper: plain data in, a page out. Who may have one made, and of what, is left to the services.

`papers` says what each document tells, and nothing else can get into it; `templates/` how it is laid out; `pages` joins them.
The PDF itself is made by `server.adapters.pdf`.
"""
