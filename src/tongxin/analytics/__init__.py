"""Everything that computes: conditions, definitions, trees, roll-up, figures and the facts behind them."""
