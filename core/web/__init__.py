"""The only floor that knows HTTP: the gate, pages, forms, languages and core's own views."""
