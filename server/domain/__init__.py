"""Rules of the office: pure; no Flask, no SQLAlchemy, no clock."""
