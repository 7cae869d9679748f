"""Statements, the Sankey, proofs for a phone and the exported books."""
