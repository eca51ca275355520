"""Training of the encoder, the ranker and the reranker."""
