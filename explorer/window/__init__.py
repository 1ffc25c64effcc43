"""The window's floor: what all features stand on. Importing the package brings no Qt."""
