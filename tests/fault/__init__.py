"""Nothing is lost, doubled or out of order, whatever breaks: a checker of histories, and what breaks.

Clients of several instances write at random and note everything they send and hear (`history`), while
services are killed, frozen and cut (`faults`). Afterwards `checker` compares what each of them noted
with the log, the database and the answers of every instance, the way Jepsen does it.
"""
