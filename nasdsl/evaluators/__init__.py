"""Evaluators: from a genotype to metrics."""
