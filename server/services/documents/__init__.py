"""Documents of cases and visits: who may have one made, what it tells, and that it was made. `server.printing` makes the PDF."""
