"""What the committee reports: figures of a month, the subsidy for mediators, the printed register. For the head and the clerk."""
