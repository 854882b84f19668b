"""From a document to draft programmes: sheets are found, facts are read with their spans, doubt is said."""

from kofu.reading.decode import ReadError

__all__ = ["ReadError"]
