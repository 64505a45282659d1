"""Versioned data of this room: face policies and consent notices. A version, once used, is never edited."""
