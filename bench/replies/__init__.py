"""The two ends of a streamed reply: a model that stamps its chunks, and members that read the stamps."""
