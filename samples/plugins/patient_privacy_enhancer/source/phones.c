// Telephone and fax numbers: the forms of North America, Brazil and Germany, and international ones.
#include "rules.h"

static const char FAX_WORDS[] = "fax|telefax|fax number|faxnummer";
static index PHONE_WORDS = INDEX(
    "tel|telephone|phone|phone number|call|cell|mobile|reach me at|telefone|telefones|fone|celular|whatsapp|ligar|contato|ramal|"
    "telefon|telefonnummer|handy|mobil|rufnummer|ruckruf|rueckruf");

static void phone(const text *t, findings *all, int start, int end) {
  bool fax = phrase_before(t, start, 30, FAX_WORDS) && !one_before(t, start, 12, &PHONE_WORDS);
  found(all, fax ? FAX : PHONE, start, end);
}

// A 9 stands for a digit, an N for one from two on, a D for one from one on, a blank for any separator.
static int matches(const text *t, int at, const char *pattern) {
  for (; *pattern != 0; pattern++, at++) {
    bool is_place = *pattern == '9' || *pattern == 'N' || *pattern == 'D';
    if (is_place ? !is_digit(t, at) || (*pattern != '9' && digit(t, at) < (*pattern == 'N' ? 2 : 1))
                 : *pattern == ' ' ? !is_one_of(t, at, " .-") : !is_char(t, at, *pattern)) {
      return 0;
    }
  }
  return is_alnum(t, at) || (is_one_of(t, at, "-/.") && is_digit(t, at + 1)) ? 0 : at;
}

static int national(const text *t, int at) {
  static const char *const PATTERNS[] = {
      "(N99) N99 9999", "(N99)N99 9999", "N99-N99-9999", "N99.N99.9999", "1-N99-N99-9999",
      "(DD) 99999-9999", "(DD) 9999-9999", "(DD)99999-9999", "(DD)9999-9999", "DD 99999-9999", "(0DD) 99999-9999"};
  for (size_t i = 0; i < sizeof(PATTERNS) / sizeof(PATTERNS[0]); i++) {
    int end = matches(t, at, PATTERNS[i]);
    if (end > 0) return end;
  }
  return 0;
}

// Digits in groups, how many of them there are.
static int groups_end(const text *t, int at, int *digits) {
  int end = at;
  for (*digits = 0; *digits < 16;) {
    if (is_digit(t, at)) {
      (*digits)++;
      end = ++at;
    } else {
      int next = skip(t, at, " -/().");
      if (next == at || next - at > 3 || !is_digit(t, next)) break;
      at = next;
    }
  }
  return end;
}

static int international(const text *t, int at) {
  int digits;
  int end = groups_end(t, at + 1, &digits);
  return is_char(t, at, '+') && is_digit(t, at + 1) && digits >= 8 && digits <= 15 && !is_alnum(t, end) ? end : 0;
}

// 0 and an area code, one separator, four to eight more: as Germans write it.
static int german(const text *t, int at) {
  if (!is_char(t, at, '0') || !is_digit(t, at + 1) || is_char(t, at + 1, '0')) return 0;
  int area = digits_end(t, at);
  int rest = skip(t, area, " /-");
  int end = digits_end(t, rest);
  if (area - at < 3 || area - at > 5 || rest == area || rest - area > 3 || end - rest < 5 || end - rest > 9) return 0;
  return is_alnum(t, end) || (is_one_of(t, end, "-/.,") && is_digit(t, end + 1)) ? 0 : end;
}

static int keyed(const text *t, int at) {
  if (!one_before(t, at, 14, &PHONE_WORDS) && !phrase_before(t, at, 14, FAX_WORDS)) return 0;
  int digits;
  int end = groups_end(t, at, &digits);
  return digits >= 7 && digits <= 13 && !is_alnum(t, end) ? end : 0;
}

void find_phones(const text *t, findings *all) {
  for (int at = 0; at < t->length; at++) {
    bool opens = is_one_of(t, at, "+(") && is_digit(t, at + 1) && !is_alnum(t, at - 1);
    if (!opens && !(starts_number(t, at) && !is_one_of(t, at - 1, "-/.+"))) continue;
    int end = international(t, at);
    if (end == 0) end = national(t, at);
    if (end == 0) end = german(t, at);
    if (end == 0) end = keyed(t, at);
    if (end > 0) phone(t, all, at, end);
  }
}
