"""The answer of the model to the image that is shown."""
