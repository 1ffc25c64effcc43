"""A drawing on the screen: what is in sight of it, under a hand."""
