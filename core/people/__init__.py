"""People: where they live, who they are, their accounts and what they may do."""
