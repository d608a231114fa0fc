/** Dates as people type them. A day is an ISO string "2026-06-25"; nothing here reads the clock. */

const DAY = 86_400_000;

const TODAY = ["oggi", "today", "aujourd'hui", "aujourdhui", "auj", "t"];
const RELATIVE: Record<string, number> = {
  domani: 1, demain: 1, tomorrow: 1, dopodomani: 2, "apres-demain": 2, apresdemain: 2, ieri: -1, hier: -1, yesterday: -1,
};
/** Monday first; each day in Italian, French and English, matched by the first three letters or two for "di" etc. */
const WEEKDAYS = [
  ["lun", "lunedi", "lundi", "mon", "monday"],
  ["mar", "martedi", "mardi", "tue", "tuesday"],
  ["mer", "mercoledi", "mercredi", "wed", "wednesday"],
  ["gio", "giovedi", "jeu", "jeudi", "thu", "thursday"],
  ["ven", "venerdi", "vendredi", "fri", "friday"],
  ["sab", "sabato", "sam", "samedi", "sat", "saturday"],
  ["dom", "domenica", "dim", "dimanche", "sun", "sunday"],
];
const MONTHS = [
  ["gennaio", "janvier", "january"],
  ["febbraio", "fevrier", "february"],
  ["marzo", "mars", "march"],
  ["aprile", "avril", "april"],
  ["maggio", "mai", "may"],
  ["giugno", "juin", "june"],
  ["luglio", "juillet", "july"],
  ["agosto", "aout", "august"],
  ["settembre", "septembre", "september"],
  ["ottobre", "octobre", "october"],
  ["novembre", "november"],
  ["dicembre", "decembre", "december"],
];

/** Lower case without accents, so that "Février" equals "fevrier". */
export function fold(text: string): string {
  return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/\u2019/g, "'").toLowerCase().trim();
}

function toTime(iso: string): number {
  return Date.parse(`${iso}T00:00:00Z`);
}

function toIso(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** The day `days` later (earlier when negative). */
export function addDays(iso: string, days: number): string {
  return toIso(toTime(iso) + days * DAY);
}

/** The same day `months` later, or the month's last day when it has no such day. */
export function addMonths(iso: string, months: number): string {
  const [year, month, day] = parts(iso);
  const first = new Date(Date.UTC(year, month - 1 + months, 1));
  const last = daysInMonth(first.getUTCFullYear(), first.getUTCMonth() + 1);
  return toIso(Date.UTC(first.getUTCFullYear(), first.getUTCMonth(), Math.min(day, last)));
}

export function daysInMonth(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** 0 for Monday … 6 for Sunday. */
export function weekday(iso: string): number {
  return (new Date(toTime(iso)).getUTCDay() + 6) % 7;
}

export function parts(iso: string): [number, number, number] {
  const [year, month, day] = iso.split("-").map(Number);
  return [year ?? 0, month ?? 0, day ?? 0];
}

/** The ISO day of year, month (1-12) and day, or null when there is no such day. */
export function dayOf(year: number, month: number, day: number): string | null {
  if (month < 1 || month > 12 || day < 1 || year < 1 || year > 9999 || day > daysInMonth(year, month)) return null;
  return `${String(year).padStart(4, "0")}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
}

/** Two digits mean the century that puts the year within 50 years of this one. */
function fullYear(text: string | undefined, today: string): number {
  const now = parts(today)[0];
  if (!text) return now;
  if (text.length > 2) return Number(text);
  const guess = Math.floor(now / 100) * 100 + Number(text);
  if (guess > now + 50) return guess - 100;
  return guess < now - 49 ? guess + 100 : guess;
}

function monthNamed(word: string): number {
  if (word.length < 3) return 0;
  return MONTHS.findIndex((names) => names.some((name) => name.startsWith(word))) + 1;
}

function byWord(text: string, today: string): string | null {
  if (TODAY.includes(text)) return today;
  const days = RELATIVE[text];
  if (days !== undefined) return addDays(today, days);
  const index = WEEKDAYS.findIndex((names) => names.includes(text));
  if (index < 0) return null;
  return addDays(today, ((index - weekday(today) + 6) % 7) + 1);
}

function byStep(text: string, today: string): string | null {
  const match = /^([+-])\s*(\d{1,4})\s*([a-z]*)$/.exec(text);
  if (!match) return null;
  const count = Number(match[2]) * (match[1] === "-" ? -1 : 1);
  const unit = match[3] ?? "";
  if (unit === "" || unit === "g" || unit === "j" || unit === "d") return addDays(today, count);
  if (unit === "w" || unit === "s") return addDays(today, count * 7);
  if (unit === "m") return addMonths(today, count);
  return unit === "a" || unit === "y" ? addMonths(today, count * 12) : null;
}

/** "fm" is the end of this month, "fm+2" of the one after next, "fa" the end of the year. */
function byEnd(text: string, today: string): string | null {
  const match = /^(fm|fa|em|ey)\s*(?:\+\s*(\d{1,3}))?$/.exec(text);
  if (!match) return null;
  const [year, month] = parts(today);
  const later = Number(match[2] ?? 0);
  if (match[1] === "fa" || match[1] === "ey") return dayOf(year + later, 12, 31);
  const [y, m] = parts(addMonths(dayOf(year, month, 1) ?? today, later));
  return dayOf(y, m, daysInMonth(y, m));
}

function byNumbers(text: string, today: string): string | null {
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:t.*)?$/.exec(text);
  if (iso) return dayOf(Number(iso[1]), Number(iso[2]), Number(iso[3]));
  const packed = /^(\d{2})(\d{2})(\d{2}|\d{4})?$/.exec(text);
  if (packed) return dayOf(fullYear(packed[3], today), Number(packed[2]), Number(packed[1]));
  if (/^\d{1,2}$/.test(text)) return dayOf(parts(today)[0], parts(today)[1], Number(text));
  const split = /^(\d{1,2})[\s/.\-,](\d{1,2})(?:[\s/.\-,]+(\d{4}|\d{2}))?[.]?$/.exec(text);
  return split ? dayOf(fullYear(split[3], today), Number(split[2]), Number(split[1])) : null;
}

function byMonthName(text: string, today: string): string | null {
  const match = /^(\d{1,2})(?:er|st|nd|rd|th|°)?[\s.]*([a-z]+)[\s.,]*(\d{4}|\d{2})?$/.exec(text);
  if (!match) return null;
  return dayOf(fullYear(match[3], today), monthNamed(match[2] ?? ""), Number(match[1]));
}

/** What a person means by `text` on the day `today`, as an ISO day; null when it cannot be a date. */
export function parseDate(text: string, today: string): string | null {
  const given = fold(text).replace(/\s+/g, " ");
  if (!given) return null;
  return (
    byWord(given, today) ?? byStep(given, today) ?? byEnd(given, today) ?? byNumbers(given, today) ?? byMonthName(given, today)
  );
}

/** Day, month and year with slashes: the short form of Italy, France and Britain alike. */
export function formatDate(iso: string): string {
  const [year, month, day] = parts(iso);
  return `${String(day).padStart(2, "0")}/${String(month).padStart(2, "0")}/${String(year).padStart(4, "0")}`;
}

/** The six weeks a calendar shows for the month of `iso`, Monday first. */
export function monthGrid(iso: string): string[][] {
  const [year, month] = parts(iso);
  const first = dayOf(year, month, 1) ?? iso;
  const start = addDays(first, -weekday(first));
  return Array.from({ length: 6 }, (_, week) => Array.from({ length: 7 }, (_, day) => addDays(start, week * 7 + day)));
}

/** The browser's local day now. The only place of this module's callers that reads the clock. */
export function localToday(now: Date): string {
  return dayOf(now.getFullYear(), now.getMonth() + 1, now.getDate()) ?? "1970-01-01";
}
