// Dates more precise than a year, and ages above 89.
#include "rules.h"

static index MONTHS = INDEX(
    "january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|"
    "nov|dec|janeiro|fevereiro|marco|abril|maio|junho|julho|agosto|setembro|outubro|novembro|dezembro|januar|februar|marz|maerz|"
    "mai|juni|juli|oktober|dezember");

static bool ends(const text *t, int at) {
  return !is_alnum(t, at) && !(is_one_of(t, at, "/.-") && is_digit(t, at + 1));
}

static bool is_year(const text *t, int from, int to) {
  int year = parse_int(t, from, to);
  return to - from == 4 ? year >= 1880 && year <= 2100 : to - from == 2;
}

static bool is_day_and_month(int a, int b, bool either) {
  bool first = a >= 1 && a <= 31 && b >= 1 && b <= 12;
  return first || (either && b >= 1 && b <= 31 && a >= 1 && a <= 12);
}

// 12/05/2023, 12.05.23, 12-05-2023; in America the month may come first.
static int numeric(const text *t, int at) {
  int first = digits_end(t, at);
  char separator = first < t->length ? t->folded[first] : 0;
  if (first - at > 2 || !is_one_of(t, first, "/.-")) return 0;
  int second = digits_end(t, first + 1);
  if (second == first + 1 || second - first > 3 || !is_char(t, second, separator)) return 0;
  int year = digits_end(t, second + 1);
  if (!is_year(t, second + 1, year) || !ends(t, year)) return 0;
  if (year - second == 3 && separator == '.' && phrase_before(t, at, 14, "version|versao|v|release|protocol")) return 0;
  return is_day_and_month(parse_int(t, at, first), parse_int(t, first + 1, second), separator != '.') ? year : 0;
}

static int iso(const text *t, int at) {
  int year = digits_end(t, at);
  int month = digits_end(t, year + 1);
  int day = digits_end(t, month + 1);
  bool shape = year - at == 4 && is_char(t, year, '-') && month - year == 3 && is_char(t, month, '-') && day - month == 3;
  if (!shape || !is_year(t, at, year)) return 0;
  if (is_alnum(t, day) && !is_char(t, day, 't')) return 0;
  return is_day_and_month(parse_int(t, month + 1, day), parse_int(t, year + 1, month), false) ? day : 0;
}

// 06/30 and 05.11.: without a year only where a word says that it is a date.
static int without_year(const text *t, int at) {
  int first = digits_end(t, at);
  int second = digits_end(t, first + 1);
  if (first - at > 2 || second - first != 3 || !is_one_of(t, first, "/.")) return 0;
  bool german = is_char(t, first, '.') && is_char(t, second, '.');
  if (is_char(t, first, '.') && !german) return 0;
  if (!ends(t, second + german)) return 0;
  bool said = phrase_before(t, at, 12, "on|due on|by|until|since|em|no dia|dia|ate|am|vom|zum|bis|seit|ab|termin|termin am|den");
  return said && is_day_and_month(parse_int(t, at, first), parse_int(t, first + 1, second), !german) ? second + german : 0;
}

static int year_after(const text *t, int at, const char *between) {
  int year = skip(t, at, between);
  int of = one_of_phrases(t, year, "de|of");
  if (of > 0) year = skip(t, of, " ");
  int end = digits_end(t, year);
  return year > at && end - year == 4 && is_year(t, year, end) && ends(t, end) ? end : at;
}

// 12 May 1948, 3. Mai 2022, 14th of February 2019, 2 de abril.
static int day_first(const text *t, int at) {
  int day = digits_end(t, at);
  if (day - at > 2 || parse_int(t, at, day) < 1 || parse_int(t, at, day) > 31) return 0;
  int suffix = one_of_phrases(t, day, "st|nd|rd|th");
  // The o of 1º is folded to a letter.
  bool ordinal = is_char(t, day, 'o') && !is_letter(t, day + 1);
  int next = skip(t, suffix > 0 ? suffix : day + ordinal, " .");
  int of = one_of_phrases(t, next, "de|of");
  int month = of > 0 ? skip(t, of, " ") : next;
  int end = month > day ? one_of(t, month, &MONTHS) : 0;
  return end == 0 ? 0 : year_after(t, end, " .,");
}

// March 3, 2022; July 9th, 2020.
static int month_first(const text *t, int at) {
  int month = is_upper(t, at) ? one_of(t, at, &MONTHS) : 0;
  if (month == 0) return 0;
  int from = skip(t, month, " .");
  int day = digits_end(t, from);
  if (from == month || day == from || day - from > 2 || parse_int(t, from, day) > 31) return 0;
  int suffix = one_of_phrases(t, day, "st|nd|rd|th");
  int end = suffix > 0 ? suffix : day;
  return ends(t, end) ? year_after(t, end, " ,") : 0;
}

static int unit_end(const text *t, int at) {
  return one_of_phrases(t, skip(t, at, " -"),
      "years old|year old|years of age|yo|y o|anos de idade|anos|jahre alt|jahrige|jahriger|jahrigen|jahriges|jahriger|jahre|j");
}

static void age(const text *t, findings *all, int at) {
  int number = digits_end(t, at);
  int years = parse_int(t, at, number);
  if (years < 90 || years > 125 || number - at > 3) return;
  int end = unit_end(t, number);
  bool lasted = phrase_before(t, at, 8, "for|in|ha|por|durante|seit|vor|fur|nach|after|within");
  if (end > 0 && !lasted) {
    if (is_char(t, end - 1, 'j') && is_char(t, end, '.')) end++;
    found(all, AGE, at, end);
  } else if (phrase_before(t, at, 14, "aged|age|age of|turned|idade|idade de|im alter von|alter") && ends(t, number)) {
    bool counted = is_one_of(t, skip(t, number, " "), "%");
    if (!counted) found(all, AGE, at, number);
  }
}

static void date(const text *t, findings *all, int at, int (*form)(const text *, int)) {
  int end = form(t, at);
  if (end > 0) found(all, DATE, at, end);
}

void find_dates(const text *t, findings *all) {
  for (int at = 0; at < t->length; at++) {
    if (!starts_word(t, at)) continue;
    if (is_letter(t, at)) {
      date(t, all, at, month_first);
    } else if (!is_one_of(t, at - 1, "/.-") || !is_digit(t, at - 2)) {
      date(t, all, at, iso);
      date(t, all, at, numeric);
      date(t, all, at, day_first);
      date(t, all, at, without_year);
      age(t, all, at);
    }
  }
}
