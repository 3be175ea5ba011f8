#include "text.h"

// U+00C0 to U+017F without their accents; a dot stands for what is no letter.
static const char LATIN[] =
    "aaaaaaaceeeeiiiidnooooo.ouuuuytsaaaaaaaceeeeiiiidnooooo.ouuuuyty"
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllllll"
    "lnnnnnnnnnoooooooorrrrrrsssssssstttttuuuuuuuuuuuuuwwyyyzzzzzzs";

static char fold(int code) {
  if (code >= 'A' && code <= 'Z') return (char)(code | 32);
  if (code >= 0x20 && code < 0x7f) return (char)code;
  if (code == '\n' || code == '\r' || code == '\t' || code == 0xa0 || code == 0x202f || code == 0x2009) return ' ';
  if (code >= 0x2010 && code <= 0x2015) return '-';
  if (code == 0x2018 || code == 0x2019) return '\'';
  if (code == 0xba || code == 0xb0) return 'o';
  if (code == 0xaa) return 'a';
  if (code >= 0xc0 && code < 0xc0 + (int)sizeof(LATIN) - 1) return LATIN[code - 0xc0] == '.' ? OTHER : LATIN[code - 0xc0];
  // Greek, Cyrillic, Hebrew, Arabic, Indian and East Asian scripts: letters without a folded form.
  if ((code >= 0x180 && code < 0x2000) || (code >= 0x2c00 && code < 0x2e00) || (code >= 0x3040 && code < 0xd800)) {
    return OTHER_LETTER;
  }
  return OTHER;
}

// The code point at the byte, which moves on. Anything malformed counts as one character for each byte.
static int decode(tp_text utf8, int *at) {
  const unsigned char *b = (const unsigned char *)utf8.bytes + *at;
  int left = utf8.length - *at;
  int more = b[0] >= 0xf0 ? 3 : b[0] >= 0xe0 ? 2 : b[0] >= 0xc0 ? 1 : 0;
  if (more >= left) more = 0;
  int code = more == 0 ? b[0] : b[0] & (0x3f >> more);
  for (int i = 1; i <= more; i++) code = code << 6 | (b[i] & 0x3f);
  *at += more + 1;
  return code;
}

text text_of(tp_text utf8) {
  uint16_t *raw = tp_memory((size_t)utf8.length * sizeof(uint16_t));
  char *folded = tp_memory((size_t)utf8.length);
  int *byte_at = tp_memory((size_t)(utf8.length + 1) * sizeof(int));
  int length = 0;
  for (int at = 0; at < utf8.length;) {
    byte_at[length] = at;
    int code = decode(utf8, &at);
    if (code >= 0x10000) {
      raw[length] = (uint16_t)(0xd800 + ((code - 0x10000) >> 10));
      folded[length++] = OTHER;
      byte_at[length] = at;
      raw[length] = (uint16_t)(0xdc00 | (code & 0x3ff));
      folded[length++] = OTHER;
    } else {
      raw[length] = (uint16_t)code;
      folded[length++] = fold(code);
    }
  }
  byte_at[length] = utf8.length;
  return (text){utf8, length, raw, folded, byte_at};
}

static char at_(const text *t, int at) {
  return (unsigned)at < (unsigned)t->length ? t->folded[at] : 0;
}

static bool digit_char(char c) {
  return (unsigned char)(c - '0') < 10;
}

static bool letter_char(char c) {
  return (unsigned char)(c - 'a') < 26 || c == OTHER_LETTER;
}

bool is_digit(const text *t, int at) {
  return digit_char(at_(t, at));
}

bool is_letter(const text *t, int at) {
  return letter_char(at_(t, at));
}

bool is_alnum(const text *t, int at) {
  char c = at_(t, at);
  return letter_char(c) || digit_char(c);
}

bool is_upper(const text *t, int at) {
  if (!is_letter(t, at)) return false;
  int code = t->raw[at];
  if (code < 0x80) return code <= 'Z';
  if (code < 0x100) return code < 0xdf;
  return code < 0x180 && ((code >= 0x139 && code <= 0x148) || code >= 0x179 ? code % 2 == 1 : code % 2 == 0);
}

bool is_char(const text *t, int at, char c) {
  return at_(t, at) == c;
}

bool is_one_of(const text *t, int at, const char *chars) {
  char c = at_(t, at);
  for (; c != 0 && *chars != 0; chars++) {
    if (*chars == c) return true;
  }
  return false;
}

bool starts_word(const text *t, int at) {
  return is_alnum(t, at) && !is_alnum(t, at - 1);
}

bool starts_number(const text *t, int at) {
  return is_digit(t, at) && !is_alnum(t, at - 1);
}

int digit(const text *t, int at) {
  return t->folded[at] - '0';
}

int skip(const text *t, int at, const char *chars) {
  while (is_one_of(t, at, chars)) at++;
  return at;
}

int digits_end(const text *t, int at) {
  while (is_digit(t, at)) at++;
  return at;
}

int word_end(const text *t, int at) {
  while (is_letter(t, at) || (is_char(t, at, '\'') && is_letter(t, at - 1) && is_letter(t, at + 1))) at++;
  return at;
}

static int matched(const text *t, int at, const char *phrase, const char *end) {
  for (; phrase < end; phrase++) {
    if (*phrase == ' ') {
      int next = skip(t, at, " -.");
      if (next == at) return 0;
      at = next;
    } else {
      if (!is_char(t, at, *phrase)) return 0;
      at++;
    }
  }
  return is_letter(t, at) && is_letter(t, at - 1) ? 0 : at;
}

static const char *end_of(const char *phrase) {
  while (*phrase != 0 && *phrase != '|') phrase++;
  return phrase;
}

int phrase_end(const text *t, int at, const char *phrase) {
  return matched(t, at, phrase, end_of(phrase));
}

int one_of_phrases(const text *t, int at, const char *phrases) {
  while (true) {
    const char *end = end_of(phrases);
    int result = matched(t, at, phrases, end);
    if (result > 0 || *end == 0) return result;
    phrases = end + 1;
  }
}

static int letter_of(char c) {
  return (unsigned char)(c - 'a') < 26 ? c - 'a' : 26;
}

static int pair_of(char first, char second) {
  return letter_of(first) * 27 + letter_of(second);
}

// From the last phrase to the first, so that those of one pair are found in their order.
static void build(index *list) {
  int count = 1;
  int length = 0;
  for (const char *c = list->phrases; *c != 0; c++, length++) count += *c == '|';
  list->firsts = tp_memory(27 * 27 * sizeof(uint16_t));
  list->nexts = tp_memory((size_t)count * sizeof(uint16_t));
  list->starts = tp_memory((size_t)count * sizeof(uint16_t));
  for (int at = length; at >= 0; at--) {
    if (at > 0 && list->phrases[at - 1] != '|') continue;
    int pair = pair_of(list->phrases[at], list->phrases[at + 1]);
    list->starts[--count] = (uint16_t)at;
    list->nexts[count] = list->firsts[pair];
    list->firsts[pair] = (uint16_t)(count + 1);
  }
}

int next_candidate(const text *t, int at, index *list, int candidate) {
  if (candidate > 0) return list->nexts[candidate - 1];
  if (list->firsts == NULL) build(list);
  return list->firsts[pair_of(at_(t, at), at_(t, at + 1))];
}

const char *candidate_phrase(const index *list, int candidate) {
  return list->phrases + list->starts[candidate - 1];
}

int one_of(const text *t, int at, index *list) {
  for (int i = 0; (i = next_candidate(t, at, list, i)) > 0;) {
    int end = phrase_end(t, at, candidate_phrase(list, i));
    if (end > 0) return end;
  }
  return 0;
}

bool one_before(const text *t, int at, int within, index *list) {
  for (int from = at - within < 0 ? 0 : at - within; from < at; from++) {
    int end = starts_word(t, from) ? one_of(t, from, list) : 0;
    if (end > 0 && end <= at) return true;
  }
  return false;
}

bool in_list(const text *t, int from, int to, const char *words) {
  while (*words != 0) {
    int at = from;
    while (at < to && *words == t->folded[at]) {
      words++;
      at++;
    }
    bool ended = *words == ' ' || *words == 0;
    if (at == to && ended) return true;
    while (*words != ' ' && *words != 0) words++;
    if (*words == ' ') words++;
  }
  return false;
}

bool phrase_before(const text *t, int at, int within, const char *phrases) {
  for (int from = at - within < 0 ? 0 : at - within; from < at; from++) {
    if (starts_word(t, from)) {
      int end = one_of_phrases(t, from, phrases);
      if (end > 0 && end <= at) return true;
    }
  }
  return false;
}

int parse_int(const text *t, int from, int to) {
  int value = 0;
  for (int i = from; i < to && value < 100000000; i++) value = value * 10 + digit(t, i);
  return value;
}
