"""The frozen model: registry, periods, rules, states and the rows of a plan."""
