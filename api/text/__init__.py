"""What people read: refusals and pages, in Chinese and English, through one gettext catalogue."""
