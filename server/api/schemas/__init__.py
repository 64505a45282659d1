"""What may be written and what may be read, one file per noun. Any other field is refused."""
