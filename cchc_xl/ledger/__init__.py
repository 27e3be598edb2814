"""Returns held against plan and rules, figures put together, and where each came from."""
