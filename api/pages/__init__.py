"""Public pages: server-rendered, Chinese and English, without scripts and without other hosts."""
