"""What a million sockets would take: unit costs measured on the real parts, and a simulation that adds them up."""
