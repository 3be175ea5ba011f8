// Numbers that carry check digits: what does not add up is something else.
#include "rules.h"

enum { MOST_DIGITS = 20 };

// The digits times their weights, which from ten on are letters, modulo 11.
static int weighted(const int *digits, const char *weights) {
  int sum = 0;
  for (int i = 0; weights[i] != 0; i++) sum += digits[i] * (weights[i] <= '9' ? weights[i] - '0' : weights[i] - 'a' + 10);
  return sum % 11;
}

static bool all_same(const int *digits, int count) {
  for (int i = 1; i < count; i++) {
    if (digits[i] != digits[0]) return false;
  }
  return true;
}

static bool modulo_11(const int *digits, const char *weights, int at) {
  int rest = weighted(digits, weights);
  return digits[at] == (rest < 2 ? 0 : 11 - rest);
}

static bool is_cpf(const int *d) {
  return !all_same(d, 11) && modulo_11(d, "a98765432", 9) && modulo_11(d, "ba98765432", 10);
}

static bool is_cnpj(const int *d) {
  return !all_same(d, 14) && modulo_11(d, "543298765432", 12) && modulo_11(d, "6543298765432", 13);
}

static bool is_pis(const int *d) {
  return !all_same(d, 11) && modulo_11(d, "3298765432", 10);
}

// Those that begin with 1 or 2 derive from a PIS and add up by the same weights as the provisional ones.
static bool is_cns(const int *d) {
  return weighted(d, "fedcba987654321") == 0 && (d[0] == 1 || d[0] == 2 || d[0] >= 7);
}

static bool is_luhn(const int *d, int count) {
  int sum = 0;
  for (int i = 0; i < count; i++) {
    int value = (count - i) % 2 == 0 ? d[i] * 2 : d[i];
    sum += value > 9 ? value - 9 : value;
  }
  return sum % 10 == 0 && !all_same(d, count);
}

// Of the first ten digits exactly one occurs twice or three times, and the last one is ISO 7064 MOD 11,10.
static bool is_steuer_id(const int *d) {
  int times[10] = {0};
  int repeated = 0;
  int product = 10;
  for (int i = 0; i < 10; i++) {
    times[d[i]]++;
    int sum = (d[i] + product) % 10;
    product = (sum == 0 ? 10 : sum) * 2 % 11;
  }
  for (int i = 0; i < 10; i++) {
    if (times[i] > 3) return false;
    if (times[i] > 1) repeated++;
  }
  return d[0] != 0 && repeated == 1 && (11 - product) % 10 == d[10];
}

// Whether a number of this shape stands here, where a 9 is any digit and an A a digit or capital; their values, and
// where it ends. A capital's value is its distance from the digit 0, as the alphanumeric CNPJ has it.
static bool shape(const text *t, int at, const char *pattern, int *digits, int *end) {
  for (; *pattern != 0; pattern++, at++) {
    if (*pattern == 'A' && is_upper(t, at) && t->raw[at] < 0x80) {
      *digits++ = t->raw[at] - '0';
    } else if (*pattern == '9' || *pattern == 'A') {
      if (!is_digit(t, at)) return false;
      *digits++ = digit(t, at);
    } else if (!is_char(t, at, *pattern)) {
      return false;
    }
  }
  *end = at;
  return !is_alnum(t, at) && !(is_one_of(t, at, "-/") && is_digit(t, at + 1));
}

static void brazilian(const text *t, findings *all, int at) {
  int d[MOST_DIGITS];
  int end;
  if (shape(t, at, "999.99999.99-9", d, &end) && is_pis(d)) found(all, PIS, at, end);
  if (shape(t, at, "999.999.999-99", d, &end) && is_cpf(d)) found(all, CPF, at, end);
  if (shape(t, at, "99999999999999", d, &end) && is_cnpj(d)) found(all, CNPJ, at, end);
  if (shape(t, at, "999 9999 9999 9999", d, &end) && is_cns(d)) found(all, CNS, at, end);
  if (shape(t, at, "999999999999999", d, &end) && is_cns(d)) found(all, CNS, at, end);
}

static void company(const text *t, findings *all, int at) {
  int d[MOST_DIGITS];
  int end;
  if (shape(t, at, "AA.AAA.AAA/AAAA-99", d, &end) && is_cnpj(d)) found(all, CNPJ, at, end);
  bool compact = shape(t, at, "AAAAAAAAAAAA99", d, &end) && is_cnpj(d);
  if (compact && phrase_before(t, at, 12, "cnpj")) found(all, CNPJ, at, end);
}

// Eleven digits may be a CPF, a PIS or a Steuer-ID; the word before them decides, and a CPF is the most common.
static void eleven_digits(const text *t, findings *all, int at) {
  int d[MOST_DIGITS];
  int end;
  if (shape(t, at, "99 999 999 999", d, &end) && is_steuer_id(d)) found(all, STEUER_ID, at, end);
  if (!shape(t, at, "99999999999", d, &end)) return;
  if (is_steuer_id(d) && phrase_before(t, at, 28, "steuer id|steueridentifikationsnummer|steuernummer|idnr|tin|id nr")) {
    found(all, STEUER_ID, at, end);
  }
  if (is_pis(d) && phrase_before(t, at, 16, "pis|pasep|nis|nit")) found(all, PIS, at, end);
  if (is_cpf(d)) found(all, CPF, at, end);
  if (is_steuer_id(d)) found(all, STEUER_ID, at, end);
}

static bool is_issuer(const int *d, int count) {
  int two = d[0] * 10 + d[1];
  if (d[0] == 4) return count == 13 || count == 16 || count == 19;
  if (two >= 51 && two <= 55) return count == 16;
  if (two == 34 || two == 37) return count == 15;
  return count == 16 && (two == 22 || two == 27 || two == 60 || two == 65 || two == 36);
}

static void card(const text *t, findings *all, int at) {
  static const char *const SHAPES[] = {
      "9999 9999 9999 9999", "9999-9999-9999-9999", "9999999999999999", "9999 999999 99999", "999999999999999",
      "9999999999999"};
  for (int i = 0; i < 6; i++) {
    int d[MOST_DIGITS];
    int end;
    if (!shape(t, at, SHAPES[i], d, &end)) continue;
    int count = i < 3 ? 16 : i < 5 ? 15 : 13;
    if (is_issuer(d, count) && is_luhn(d, count)) found(all, CREDIT_CARD, at, end);
  }
}

static void social_security(const text *t, findings *all, int at) {
  int d[MOST_DIGITS];
  int end;
  bool grouped = shape(t, at, "999-99-9999", d, &end);
  if (!grouped && !shape(t, at, "999999999", d, &end)) return;
  if (!grouped && !phrase_before(t, at, 24, "ssn|social security|social security number")) return;
  int area = d[0] * 100 + d[1] * 10 + d[2];
  bool issued = area != 0 && area != 666 && area < 900 && d[3] + d[4] != 0;
  if (issued && d[5] + d[6] + d[7] + d[8] != 0) found(all, SSN, at, end);
}

// --- With letters in them ---

static int letter_value(const text *t, int at) {
  return t->folded[at] - 'a' + 1;
}

static int digit_sum(int value) {
  return value / 10 + value % 10;
}

static void kvnr(const text *t, findings *all, int at) {
  if (!is_upper(t, at) || digits_end(t, at + 1) != at + 10 || is_alnum(t, at + 10)) return;
  int letter = letter_value(t, at);
  if (letter < 1 || letter > 26) return;
  int sum = digit_sum(letter / 10) + digit_sum(letter % 10 * 2);
  for (int i = 0; i < 8; i++) sum += digit_sum(digit(t, at + 1 + i) * (1 + i % 2));
  if (sum % 10 == digit(t, at + 9)) found(all, KVNR, at, at + 10);
}

// Area (2), date of birth (6), initial, serial (2), check digit; often in groups.
static void rvnr(const text *t, findings *all, int at) {
  static const char WEIGHTS[] = "212571212121";
  int values[13];
  int count = 0;
  int end = at;
  while (count < 13) {
    if (count == 8) {
      if (!is_upper(t, end) || letter_value(t, end) < 1) return;
      values[count++] = letter_value(t, end) / 10;
      values[count++] = letter_value(t, end) % 10;
    } else {
      if (!is_digit(t, end)) return;
      values[count++] = digit(t, end);
    }
    end++;
    if (count < 13 && is_char(t, end, ' ')) end++;
  }
  int month = values[4] * 10 + values[5];
  if (is_alnum(t, end) || month > 12) return;
  int sum = 0;
  for (int i = 0; i < 12; i++) sum += digit_sum(values[i] * (WEIGHTS[i] - '0'));
  if (sum % 10 == values[12]) found(all, RVNR, at, end);
}

// Lengths of the countries of SEPA and Brazil.
static int iban_length(const text *t, int at) {
  static const char LENGTHS[] =
      "ad24at20be16bg22br29ch21cy28cz24de22dk18ee20es24fi18fr27gb22gi23gr27hr21hu28ie22is26it27li21lt20lu20lv21mc27mt31"
      "nl18no15pl28pt25ro24se24si19sk24sm27va22";
  for (const char *c = LENGTHS; *c != 0; c += 4) {
    if (is_char(t, at, c[0]) && is_char(t, at + 1, c[1])) return (c[2] - '0') * 10 + c[3] - '0';
  }
  return 0;
}

static int iban_value(const text *t, int at) {
  return is_digit(t, at) ? digit(t, at) : letter_value(t, at) + 9;
}

static void iban(const text *t, findings *all, int at) {
  int length = is_digit(t, at + 2) && is_digit(t, at + 3) ? iban_length(t, at) : 0;
  if (length == 0) return;
  int places[40];
  int count = 0;
  int end = at;
  while (count < length && (is_alnum(t, end) || (is_char(t, end, ' ') && is_alnum(t, end + 1)))) {
    if (is_alnum(t, end)) places[count++] = end;
    end++;
  }
  if (count < length || is_alnum(t, end)) return;
  int rest = 0;
  for (int i = 0; i < length; i++) {
    int value = iban_value(t, places[(i + 4) % length]);
    rest = (value > 9 ? rest * 100 + value : rest * 10 + value) % 97;
  }
  if (rest == 1) found(all, IBAN, at, end);
}

// ISO 3779 with the check digit that North America asks for, in place nine.
static void vin(const text *t, findings *all, int at) {
  static const char VALUES[] = "123456780123450709234567890"; // a to z; i, o and q do not occur
  static const char WEIGHTS[] = "8765432a098765432";
  int sum = 0;
  for (int i = 0; i < 17; i++) {
    if (!is_digit(t, at + i) && !is_upper(t, at + i)) return;
    if (is_one_of(t, at + i, "ioq") || t->folded[at + i] == OTHER_LETTER) return;
    int value = is_digit(t, at + i) ? digit(t, at + i) : VALUES[t->folded[at + i] - 'a'] - '0';
    sum += value * (WEIGHTS[i] == 'a' ? 10 : WEIGHTS[i] - '0');
  }
  if (is_alnum(t, at + 17)) return;
  int rest = sum % 11;
  if (rest == 10 ? is_char(t, at + 8, 'x') : is_char(t, at + 8, (char)('0' + rest))) found(all, VIN, at, at + 17);
}

void find_checked_numbers(const text *t, findings *all) {
  for (int at = 0; at < t->length; at++) {
    if (!starts_word(t, at)) continue;
    if (is_letter(t, at)) {
      kvnr(t, all, at);
      iban(t, all, at);
    } else {
      rvnr(t, all, at);
      brazilian(t, all, at);
      eleven_digits(t, all, at);
      card(t, all, at);
      social_security(t, all, at);
    }
    company(t, all, at);
    vin(t, all, at);
  }
}
