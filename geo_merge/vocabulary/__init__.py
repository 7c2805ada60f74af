"""What all other rooms speak of: findings, checks, ledger, limits, codes and fields."""
