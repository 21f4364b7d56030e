"""What meets what: plan against plan, exact to 1 cm (pure)."""
