// Days in Beijing time (LEDGER_FORMAT clause 15), and exact division.

const DAY_US = 86_400_000_000;

/** Return the number of a day, counted from 1970-01-01, or nothing if there is no such day. */
function dayNumber(date) {
  const [year, month, day] = date.split('-').map(Number);
  const moment = new Date(0);
  moment.setUTCFullYear(year, month - 1, day);
  const exists = moment.getUTCMonth() === month - 1 && moment.getUTCDate() === day;
  return exists ? Math.round(moment.getTime() / 86_400_000) : null;
}

function dateOfDay(number) {
  return new Date(number * 86_400_000).toISOString().slice(0, 10);
}

/** Return 24:00 Beijing time of a day, which is the first instant after it. */
function endOfDayUs(date) {
  return (dayNumber(date) + 1) * DAY_US - BEIJING_US;
}

function dayAfter(date) {
  return dateOfDay(dayNumber(date) + 1);
}

function dayBefore(date) {
  return dateOfDay(dayNumber(date) - 1);
}

/** Return the same date some years later; 29 February becomes 28 February. */
function yearsAfter(date, years) {
  const year = String(Number(date.slice(0, 4)) + years).padStart(4, '0');
  const moved = `${year}${date.slice(4)}`;
  return dayNumber(moved) === null ? `${year}-02-28` : moved;
}

/** Return dividend / divisor rounded up, exactly, as a BigInt; the divisor is positive. */
function ceilDivision(dividend, divisor) {
  const [top, bottom] = [BigInt(dividend), BigInt(divisor)];
  const quotient = top / bottom;
  return top > 0n && top % bottom !== 0n ? quotient + 1n : quotient;
}
