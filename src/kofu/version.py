"""The version of kofu; it stands here alone, so that every module may know it."""

__version__ = "0.1.0"
