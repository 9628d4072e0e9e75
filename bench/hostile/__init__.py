"""Connections that wish the server ill."""
