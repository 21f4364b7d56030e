"""A whole day at once: which plans to move, and by how little, so that none is in conflict."""
