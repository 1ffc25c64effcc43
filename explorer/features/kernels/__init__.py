"""Kernels: the tensors that an operation reads."""
