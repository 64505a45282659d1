"""Assistance rules shared by office and field: what the documents say, as dated data, and what follows for a household.

Pure: no clock, no network, no state; it reads only the data files packaged with it. Whom a case belongs to, who decides
and what is paid are left to the server; a result here is a suggestion with reasons.
"""
