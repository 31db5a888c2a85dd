"""Quantities in figures and in words, so that none can be changed by a stroke of the pen.

Kilograms throughout. Chinese capitals follow GB/T 15835-2011 (numerals) and the habit of cheques:
the tonnes, then the kilograms; a gap of zeros reads 零 once.
"""

from typing import Final

_DIGITS: Final = "零壹贰叁肆伍陆柒捌玖"
_PLACES: Final = ("", "拾", "佰", "仟")
_GROUPS: Final = ("", "万", "亿")
_INTEGER_MAX: Final = 10**12 - 1

# fmt: off
_ONES: Final = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
    "ten", "eleven", "twelve", "thirteen", "fourteen",
    "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)
_TENS: Final = (
    "", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
)
# fmt: on
_SCALES: Final = ("", " thousand", " million", " billion")


def tonnes_text(quantity_kg: int) -> str:
    """Return tonnes with three decimals and thousands separated.

    Example:
        tonnes_text(1_042_318) == "1,042.318"
    """
    return f"{quantity_kg // 1000:,}.{quantity_kg % 1000:03d}"


def grams_as_tonnes_text(quantity_g: int) -> str:
    """Return grams as tonnes with six decimals, so that nothing is rounded away.

    Example:
        grams_as_tonnes_text(42_317_604) == "42.317604"
    """
    return f"{quantity_g // 1_000_000:,}.{quantity_g % 1_000_000:06d}"


def permille_text(permille: int) -> str:
    """Return per mille as a percentage with one decimal.

    Example:
        permille_text(1003) == "100.3%"
    """
    return f"{permille // 10}.{permille % 10}%"


def mu_text(area_m2: int) -> str:
    """Return square metres as 亩 (15 to the hectare) with all four decimals, exactly.

    Example:
        mu_text(1_869_126) == "2,803.6890"
    """
    whole, rest = divmod(area_m2 * 15, 10_000)
    return f"{whole:,}.{rest:04d}"


def chinese_integer(number: int) -> str:
    """Return a whole number from 0 to 10^12 - 1 in Chinese capitals.

    Raises:
        ValueError: the number is out of this range.

    Example:
        chinese_integer(10_042) == "壹万零肆拾贰"
    """
    _check_range(number)
    if number == 0:
        return _DIGITS[0]
    text, gap = "", False
    groups = f"{number:0{-(-len(str(number)) // 4) * 4}d}"
    count = len(groups) // 4
    for index in range(count):
        group = groups[index * 4 : index * 4 + 4]
        for place, digit in zip(reversed(_PLACES), group, strict=True):
            if digit == "0":
                gap = True
                continue
            text += ("零" if gap and text else "") + _DIGITS[int(digit)] + place
            gap = False
        if group != "0000":
            text += _GROUPS[count - 1 - index]
    return text


def chinese_amount(quantity_kg: int) -> str:
    """Return a quantity in Chinese capitals.

    Example:
        chinese_amount(42_318) == "肆拾贰吨叁佰壹拾捌千克二氧化碳当量"
    """
    tonnes, kilograms = divmod(quantity_kg, 1000)
    head = f"{chinese_integer(tonnes)}吨" if tonnes else ""
    # On cheques a smaller unit that lacks its highest place is announced by 零.
    gap = "零" if tonnes and 0 < kilograms < 100 else ""
    tail = f"{gap}{chinese_integer(kilograms)}千克" if kilograms or not tonnes else "整"
    return f"{head}{tail}二氧化碳当量"


def english_integer(number: int) -> str:
    """Return a whole number from 0 to 10^12 - 1 in British English words.

    Raises:
        ValueError: the number is out of this range.

    Example:
        english_integer(1_042) == "one thousand and forty-two"
    """
    _check_range(number)
    if number < 1000:
        return _below_thousand(number)
    parts, scale, rest = [], 0, number
    while rest:
        rest, group = divmod(rest, 1000)
        if group:
            joined = "and " if scale == 0 and group < 100 else ""
            parts.append(f"{joined}{_below_thousand(group)}{_SCALES[scale]}")
        scale += 1
    return " ".join(reversed(parts))


def _check_range(number: int) -> None:
    if not 0 <= number <= _INTEGER_MAX:
        raise ValueError(f"no words for {number}")


def _below_thousand(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    if hundreds:
        tail = f" and {_below_thousand(rest)}" if rest else ""
        return f"{_ONES[hundreds]} hundred{tail}"
    if rest < len(_ONES):
        return _ONES[rest]
    tens, ones = divmod(rest, 10)
    return _TENS[tens] + (f"-{_ONES[ones]}" if ones else "")


def english_amount(quantity_kg: int) -> str:
    """Return a quantity in English words.

    Example:
        english_amount(1_001) == "one tonne and one kilogram of carbon dioxide equivalent"
    """
    parts = [
        f"{english_integer(count)} {unit}{'' if count == 1 else 's'}"
        for count, unit in zip(divmod(quantity_kg, 1000), ("tonne", "kilogram"), strict=True)
        if count
    ]
    return f"{' and '.join(parts) or 'zero kilograms'} of carbon dioxide equivalent"


def chinese_area(area_m2: int) -> str:
    """Return an area in Chinese capitals.

    Example:
        chinese_area(99_997) == "玖万玖仟玖佰玖拾柒平方米整"
    """
    return f"{chinese_integer(area_m2)}平方米整"


def english_area(area_m2: int) -> str:
    """Return an area in English words.

    Example:
        english_area(1) == "one square metre"
    """
    return f"{english_integer(area_m2)} square metre{'' if area_m2 == 1 else 's'}"
