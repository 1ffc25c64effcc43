"""The network as a backbone: embeddings of the open images at one layer."""
