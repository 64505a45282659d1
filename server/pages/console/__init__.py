"""The supervisors' console at /console/: sign in, see what waits, look at one visit, decide.

`door` lets people in; `queue`, `review`, `held`, `leads` and `past` are the pages, `form_files` what stands beside
questions; `sheet`, `facts` and `comparing` shape what they show, `words` is what they read, `refusals` what they read when
something is refused.
"""

from server.pages.console import form_files, held, leads, past, queue, review, signing
from server.pages.console.door import OPEN_ENDPOINTS, blueprint
from server.pages.console.refusals import answer

__all__ = ["OPEN_ENDPOINTS", "answer", "blueprint", "form_files", "held", "leads", "past", "queue", "review", "signing"]
