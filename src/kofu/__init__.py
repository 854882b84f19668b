"""kofu (交付): the sheets on which a government announces its funding programmes, as programmes that run."""

__version__ = "0.1.0"
