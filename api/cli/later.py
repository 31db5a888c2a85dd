"""Commands whose modules are imported when they are called, so that each starts fast.

Importing all of them takes two seconds, which a short command would wait for.
"""

from importlib import import_module
from typing import Any

from typer.core import TyperCommand, TyperGroup
from typer.main import get_group


class Later(TyperCommand):
    """Stands for a command in the list of all, and becomes it when it is called."""

    def __init__(self, name: str, *, module: str, summary: str) -> None:
        super().__init__(name=name, callback=None, help=summary, hidden=not summary)
        self._module = module

    def real(self) -> Any:
        """Import and return the command itself."""
        return get_group(import_module(self._module).commands).commands[self.name or ""]

    def make_context(
        self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any
    ) -> Any:
        """Read the arguments as the command itself does; the context then runs that one."""
        return self.real().make_context(info_name, args, parent=parent, **extra)


def group_of(table: dict[str, dict[str, str]]) -> type[TyperGroup]:
    """Return a group of commands: module -> name of the command -> its summary in the help."""

    class Commands(TyperGroup):
        """All commands of a table."""

        def __init__(self, **attrs: Any) -> None:
            super().__init__(**attrs)
            for module, commands in table.items():
                for name, summary in commands.items():
                    self.add_command(Later(name, module=module, summary=summary))

    return Commands
