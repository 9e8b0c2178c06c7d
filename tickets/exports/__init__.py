"""Lists that people take away as files: what they hold, and how they are made."""
