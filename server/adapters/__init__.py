"""The outside world: blob stores and key material, each behind a small interface."""
