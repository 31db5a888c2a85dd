"""A fault of a handed-in file: one clear sentence, in Chinese and English, with the line."""


class InputError(Exception):
    """A file cannot be read as it is.

    `code` is stable and for machines; `line` counts from 1 as an editor shows it, 0 when the fault
    belongs to the whole file; `zh` and `en` say what is wrong and what to do.
    """

    def __init__(self, code: str, line: int, *, zh: str, en: str) -> None:
        self.code = code
        self.line = line
        self.zh = f"第{line}行：{zh}" if line else zh
        self.en = f"Line {line}: {en}" if line else en
        super().__init__(code, line)

    def __str__(self) -> str:
        return f"{self.zh} / {self.en}"
