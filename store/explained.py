"""What the database or the file system says, turned into an error that a user understands.

Must not know: what was tried. Read next: errors.py.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from store.errors import Damaged, RecordingError, Unwritable

if TYPE_CHECKING:
    from collections.abc import Iterator

_CORRUPT = ("malformed", "not a database", "corrupt")


@contextmanager
def explained(place: str) -> Iterator[None]:
    """Turn what the database or the file system says into a RecordingError about this place."""
    try:
        yield
    except RecordingError:
        raise
    except DBAPIError as error:
        said = str(error.orig)
        if any(word in said for word in _CORRUPT):
            raise Damaged(f"it is damaged ({said})", place, "Try: replay.py salvage") from None
        raise Unwritable(f"it cannot be opened ({said})", place) from None
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise Damaged(f"it is damaged ({error})", place, "Try: replay.py salvage") from None
    except SQLAlchemyError as error:
        raise Unwritable(f"it cannot be opened ({error})", place) from None
    except OSError as error:
        raise Unwritable(
            f"it cannot be written ({error.strerror})", place, "Set fc_store to a place that can."
        ) from None
