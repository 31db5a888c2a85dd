"""The demonstration: the main job from a tree plot to verified certificates, all of it invented."""
