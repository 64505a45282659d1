"""What can go wrong here, as a sentence for whoever called."""


class Fault(Exception):
    """A service cannot run; the text says why and what to do."""


class Missing(Fault):
    """A program is not installed: its service is skipped."""

    def __init__(self, program: str, package: str) -> None:
        super().__init__(f"没有 {program}, 跳过 (Debian: apt-get install {package})")
        self.package = package
