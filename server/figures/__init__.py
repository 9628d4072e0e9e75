"""The figures of /metrics: counted in plain numbers where things happen, put into families when asked for."""
