"""The checks: one small module each, answering with findings. ``alert_table`` registers them."""
