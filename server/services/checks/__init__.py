"""Checks of means (经济状况核对): asked by right, answered by each source for itself, used on the record, disposed of on the day.

The way to the departments is `server.adapters.departments`; `server.inquiring` goes it between these deeds' transactions.
"""
