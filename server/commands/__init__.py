"""The one path of every write, over REST, the channel and the assistant: authorise, commit, deliver."""
