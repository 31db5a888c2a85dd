"""The two databases: engines, tables, migrations, and statements that mean the same on both."""
