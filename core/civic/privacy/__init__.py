"""Personal information: the register of what is held, consent, one's own data, requests, erasure and retention."""
