"""What can be proved: signatures, the tree, checkpoints, receipts, witnesses, verification. Knows only bytes."""
