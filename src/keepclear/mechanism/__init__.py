"""What was agreed, said and is owed: agreement, statements, checks, alerts, obligations, disclosure (pure)."""
