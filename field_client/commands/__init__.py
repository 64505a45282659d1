"""The commands, one file per noun. Each parses, calls one function, and says what came of it."""
