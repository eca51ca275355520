"""Labelled questions and issues, and the scores of answers to them."""
