"""Processes of ours that end by themselves when whoever started them is gone: killed, or ended by the system."""

import os
import threading
import time
from collections.abc import Callable


def leave_with_parent(every: float) -> None:
    """Ends this process soon after its parent is gone, whatever it is doing.

    Args:
        every: Seconds between two looks.
    """
    parent = os.getppid()
    is_there: Callable[[int], bool] = bool
    if os.name == "nt":  # elsewhere an orphan gets another parent
        from psutil import pid_exists as is_there

    def watch() -> None:
        while os.getppid() == parent and is_there(parent):
            time.sleep(every)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
