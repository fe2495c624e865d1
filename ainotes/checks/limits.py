"""A time limit that an endless loop cannot ignore."""

import ctypes
import signal
import sys
import threading
import time
from pathlib import Path
from types import FrameType
from typing import Any

# What catches everything inside the loop swallows the first exception, so it is raised again and again.
AGAIN_SECONDS = 0.05
_HERE = Path(__file__).parent
_OURS = {str(_HERE / name) for name in ("limits.py", "sandbox.py", "engine.py")}


class TimeIsUp(BaseException):
    """Raised inside code that ran past its limit; not an `Exception`, so that `except Exception` lets it through.

    A bare ``except:`` around the body of an endless loop would catch it each time. So making one also sets a trace
    function that raises once more at the next line, which is a line of the handler, outside the ``try``. It does so
    only below the sandbox's own frames, which it leaves alone.
    """

    def __init__(self, frame: FrameType | None = None):
        super().__init__()
        frame = frame or sys._getframe(1)
        limited = []
        while frame is not None and frame.f_code.co_filename not in _OURS:
            limited.append(frame)
            frame = frame.f_back
        if frame is None:
            return
        for each in limited:
            each.f_trace = _raise_again
        sys.settrace(_raise_again)


def _raise_again(frame: FrameType, event: str, argument: object) -> Any:
    # At a line, not at the "exception" event that comes before it: that one is still inside the `try`.
    # Python unsets a trace function that raises, so this happens once for each time the limit rings.
    if event == "line" and frame.f_code.co_filename not in _OURS:
        raise TimeIsUp(frame)
    return _raise_again


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
        self.trace = sys.gettrace()

    def __enter__(self):
        self.started = time.monotonic()
        self.handler = signal.signal(signal.SIGALRM, self.ring)
        self.timer = signal.setitimer(signal.ITIMER_REAL, self.seconds, AGAIN_SECONDS)
        return self

    def ring(self, signum: int, frame: FrameType | None) -> None:
        # In our own frames the body is already over, and an exception would skip the clean-up.
        if frame is None or frame.f_code.co_filename not in _OURS:
            raise TimeIsUp(frame)

    def __exit__(self, *exception):
        self.stop()

    def stop(self) -> None:
        """End the limit; a second call changes nothing."""
        sys.settrace(self.trace)  # first: a trace function that raises would cut this short
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
        self.trace = sys.gettrace()
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
        """End the limit, and receive an exception that is still on its way; a second call changes nothing.

        Taking it back with a null exception would leave Python 3.11's evaluation loop flagged for ever, and a traced
        function call then never returns.
        """
        for _ in range(10):
            try:
                sys.settrace(self.trace)
                self.over.set()
                self.thread.join()
                _check_for_exceptions()
                return
            except TimeIsUp:
                continue


def _check_for_exceptions() -> None:
    """Do nothing; the interpreter delivers asynchronous exceptions where a function begins."""
