"""A time limit that an endless loop cannot ignore."""

import ctypes
import signal
import threading
import time
from pathlib import Path
from types import FrameType

# An `except:` inside the loop swallows the first exception, so it is raised again and again.
AGAIN_SECONDS = 0.05
_HERE = Path(__file__).parent
_OURS = {str(_HERE / name) for name in ("limits.py", "sandbox.py", "engine.py")}


class TimeIsUp(BaseException):
    """Raised inside code that ran past its limit; not an `Exception`, so that `except Exception` lets it through."""


def time_limit(seconds: float):
    """Return a context manager that raises `TimeIsUp` in its body after `seconds`.

    On the main thread of a POSIX system a timer signal does it, which also wakes a sleeping call; anywhere else a
    watchdog thread raises an asynchronous exception, which waits until the running C call returns.

    Raises
    ------
    ValueError
        If `seconds` is not positive.

    Examples
    --------
    >>> with time_limit(5):
    ...     total = sum(range(10))
    >>> total
    45
    """
    if not seconds > 0:
        raise ValueError(f"time_limit: seconds must be positive, got {seconds}")
    on_main = threading.current_thread() is threading.main_thread()
    return _Alarm(seconds) if on_main and hasattr(signal, "setitimer") else _Watchdog(seconds)


class _Alarm:
    """The limit by SIGALRM. Restores the handler and the timer that it found."""

    def __init__(self, seconds: float):
        self.seconds = seconds
        self.timer: tuple[float, float] | None = None

    def __enter__(self):
        self.started = time.monotonic()
        self.handler = signal.signal(signal.SIGALRM, self.ring)
        self.timer = signal.setitimer(signal.ITIMER_REAL, self.seconds, AGAIN_SECONDS)
        return self

    def ring(self, signum: int, frame: FrameType | None) -> None:
        # In our own frames the body is already over, and an exception would skip the clean-up.
        if frame is None or frame.f_code.co_filename not in _OURS:
            raise TimeIsUp

    def __exit__(self, *exception):
        self.stop()

    def stop(self) -> None:
        """End the limit; a second call does nothing."""
        signal.setitimer(signal.ITIMER_REAL, 0)
        if self.timer is None:
            return
        signal.signal(signal.SIGALRM, self.handler)
        (remaining, interval), self.timer = self.timer, None
        if remaining:
            elapsed = time.monotonic() - self.started
            signal.setitimer(signal.ITIMER_REAL, max(remaining - elapsed, 0.001), interval)


class _Watchdog:
    """The limit by asynchronous exceptions from a second thread (Windows, or not on the main thread)."""

    def __init__(self, seconds: float):
        self.seconds = seconds
        self.over = threading.Event()
        self.target = ctypes.c_ulong(threading.get_ident())
        self.thread = threading.Thread(target=self.watch, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def watch(self) -> None:
        wait = self.seconds
        while not self.over.wait(wait):
            ctypes.pythonapi.PyThreadState_SetAsyncExc(self.target, ctypes.py_object(TimeIsUp))
            wait = AGAIN_SECONDS

    def __exit__(self, *exception):
        self.stop()

    def stop(self) -> None:
        """End the limit, and take back an exception that was set and not yet delivered; a second call does nothing."""
        self.over.set()
        self.thread.join()
        ctypes.pythonapi.PyThreadState_SetAsyncExc(self.target, None)
