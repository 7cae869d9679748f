"""Core's own pages, one module per area. Each view parses, calls one service and renders one template."""
