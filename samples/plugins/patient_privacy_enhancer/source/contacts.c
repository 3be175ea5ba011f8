// Addresses of machines and mailboxes, names of image files, unique identifiers.
#include "rules.h"

static bool is_mail_char(const text *t, int at) {
  return is_alnum(t, at) || is_one_of(t, at, "._%+-");
}

// Labels of letters, digits and hyphens between full stops, the last one of letters; where they end, or 0.
static int domain_end(const text *t, int at) {
  int last_label = 0;
  int end = 0;
  while (is_alnum(t, at)) {
    int label = at;
    while (is_alnum(t, at) || (is_char(t, at, '-') && is_alnum(t, at + 1))) at++;
    if (last_label > 0 && is_letter(t, label) && at - label >= 2) end = at;
    last_label = label;
    if (!is_char(t, at, '.')) break;
    at++;
  }
  return end;
}

static void email(const text *t, findings *all, int at) {
  if (!is_char(t, at, '@')) return;
  int start = at;
  while (is_mail_char(t, start - 1)) start--;
  start = skip(t, start, "._%+-");
  int end = domain_end(t, at + 1);
  if (start < at && end > 0) found(all, EMAIL, start, end);
}

static int line_end(const text *t, int at) {
  while (at < t->length && !is_one_of(t, at, " <>\"'()[]{}|")) at++;
  while (is_one_of(t, at - 1, ".,;:!?")) at--;
  return at;
}

static void url(const text *t, findings *all, int at) {
  int host = 0;
  if (is_char(t, at, 'h') && is_char(t, at + 1, 't') && is_char(t, at + 2, 't') && is_char(t, at + 3, 'p')) {
    int colon = is_char(t, at + 4, 's') ? at + 5 : at + 4;
    if (is_char(t, colon, ':') && is_char(t, colon + 1, '/') && is_char(t, colon + 2, '/')) host = colon + 3;
  } else if (is_char(t, at, 'w') && is_char(t, at + 1, 'w') && is_char(t, at + 2, 'w') && is_char(t, at + 3, '.')) {
    host = domain_end(t, at + 4) > 0 ? at + 4 : 0;
  }
  if (host > 0 && is_alnum(t, host)) found(all, URL, at, line_end(t, host));
}

static void image_file(const text *t, findings *all, int at) {
  if (!is_char(t, at, '.')) return;
  int end = one_of_phrases(t, at + 1, "jpg|jpeg|png|gif|bmp|tif|tiff|heic|webp");
  int start = at;
  while (is_alnum(t, start - 1) || is_one_of(t, start - 1, "_-")) start--;
  if (end > 0 && start < at && !is_alnum(t, end)) found(all, PHOTO, start, end);
}

static bool is_version(const text *t, int at) {
  return phrase_before(t, at, 14, "version|versao|ver|v|release|build|firmware|protocol|section|kapitel|abschnitt|item");
}

static void ip4(const text *t, findings *all, int start) {
  int at = start;
  for (int i = 0; i < 4; i++) {
    int end = digits_end(t, at);
    if (end == at || end - at > 3 || parse_int(t, at, end) > 255) return;
    if (i < 3 && !is_char(t, end, '.')) return;
    at = i < 3 ? end + 1 : end;
  }
  bool goes_on = is_alnum(t, at) || (is_char(t, at, '.') && is_digit(t, at + 1)) || is_char(t, start - 1, '.');
  if (!goes_on && !is_version(t, start)) found(all, IP_ADDRESS, start, at);
}

static bool is_hex(const text *t, int at) {
  return is_digit(t, at) || (is_alnum(t, at) && t->folded[at] >= 'a' && t->folded[at] <= 'f');
}

static void ip6(const text *t, findings *all, int start) {
  if (is_char(t, start - 1, ':')) return;
  int groups = 0;
  int gaps = 0;
  int at = start;
  while (is_hex(t, at) || is_char(t, at, ':')) {
    int group = at;
    while (is_hex(t, at)) at++;
    if (at - group > 4) return;
    groups += at > group;
    if (!is_char(t, at, ':') || !(is_hex(t, at + 1) || is_char(t, at + 1, ':'))) break;
    if (is_char(t, at + 1, ':')) {
      gaps++;
      at++;
    }
    at++;
  }
  // Times of the day have up to three groups.
  if (!is_alnum(t, at) && (gaps == 0 ? groups == 8 : gaps == 1 && groups >= 2 && groups < 8)) {
    found(all, IP_ADDRESS, start, at);
  }
}

static void uuid(const text *t, findings *all, int start) {
  static const char LENGTHS[] = {8, 4, 4, 4, 12};
  int at = start;
  for (int i = 0; i < 5; i++) {
    for (int n = 0; n < LENGTHS[i]; n++, at++) {
      if (!is_hex(t, at)) return;
    }
    if (i < 4 && !is_char(t, at++, '-')) return;
  }
  if (!is_alnum(t, at)) found(all, UNIQUE_ID, start, at);
}

void find_contacts(const text *t, findings *all) {
  for (int at = 0; at < t->length; at++) {
    if (starts_word(t, at)) url(t, all, at);
  }
  for (int at = 0; at < t->length; at++) {
    email(t, all, at);
    image_file(t, all, at);
    if (!starts_word(t, at)) continue;
    uuid(t, all, at);
    ip6(t, all, at);
    if (starts_number(t, at)) ip4(t, all, at);
  }
}
