"""What may be logged of a fault that we did not foresee: where it happened and its kind, never the values it met."""

import traceback


def where(error: BaseException) -> str:
    """Tell a fault's kind and the lines of code that led to it; its message is left out, for it may quote a person.

    >>> where(KeyError("王桂花"))
    'KeyError'
    """
    lines = "".join(traceback.format_tb(error.__traceback__)).rstrip()
    return f"{type(error).__name__}\n{lines}" if lines else type(error).__name__
