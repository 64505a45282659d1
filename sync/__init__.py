"""What the office and the field must agree on to exchange records: no I/O, no clock, no randomness."""
