"""Networks that read words: the word, and the n-gram that each filter found in it."""
