"""One project and several programmes: which programme pays for which yen of which cost item."""
