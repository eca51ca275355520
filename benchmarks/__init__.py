"""Measurements of speed, edges and search quality; each module is a program."""
