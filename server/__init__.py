"""The Starlette app: settings, accounts, commands, REST, the channel, the command line."""
