"""The officials' desk: what is due, entering a figure, and the way of a release to the public."""
