"""What an operator owes by a rule: exact computation, its trace in plain sentences, city packs, parking tariffs, votes of owners."""
