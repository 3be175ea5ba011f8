// JSON of RFC 8259 as a tree. Strings without escapes are read where they stand.
#include "tp.h"

enum { MAX_DEPTH = 64 };

typedef struct {
  const char *at;
  const char *end;
} reader;

static tp_json *value(reader *in, int depth);

static int peek(const reader *in) {
  return in->at < in->end ? (unsigned char)*in->at : -1;
}

static bool take(reader *in, int c) {
  if (peek(in) != c) return false;
  in->at++;
  return true;
}

static void blanks(reader *in) {
  int c;
  while ((c = peek(in)) == ' ' || c == '\n' || c == '\r' || c == '\t') in->at++;
}

static tp_json *new_value(tp_kind kind) {
  tp_json *json = tp_memory(sizeof(tp_json));
  json->kind = kind;
  return json;
}

static int four_digits(reader *in) {
  int result = 0;
  for (int i = 0; i < 4; i++) {
    int c = peek(in);
    int digit = c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
    if (digit < 0) return -1;
    result = result << 4 | digit;
    in->at++;
  }
  return result;
}

static char *put_utf8(char *to, int code) {
  if (code < 0x80) {
    *to++ = (char)code;
    return to;
  }
  if (code < 0x800) {
    *to++ = (char)(0xc0 | code >> 6);
  } else {
    if (code < 0x10000) {
      *to++ = (char)(0xe0 | code >> 12);
    } else {
      *to++ = (char)(0xf0 | code >> 18);
      *to++ = (char)(0x80 | (code >> 12 & 63));
    }
    *to++ = (char)(0x80 | (code >> 6 & 63));
  }
  *to++ = (char)(0x80 | (code & 63));
  return to;
}

// A character escaped as \uXXXX, or as two that are a pair; a half alone becomes U+FFFD, which UTF-8 has a place for.
static int escaped_unit(reader *in) {
  int unit = four_digits(in);
  if ((unit & 0xf800) != 0xd800 || unit < 0) return unit;
  if (unit < 0xdc00 && in->end - in->at >= 6 && in->at[0] == '\\' && in->at[1] == 'u') {
    reader ahead = {in->at + 2, in->end};
    int low = four_digits(&ahead);
    if ((low & 0xfc00) == 0xdc00) {
      *in = ahead;
      return 0x10000 + ((unit & 0x3ff) << 10 | (low & 0x3ff));
    }
  }
  return 0xfffd;
}

static int escape(reader *in) {
  int c = peek(in);
  if (c < 0) return -1;
  in->at++;
  switch (c) {
    case '"':
    case '\\':
    case '/':
      return c;
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'u':
      return escaped_unit(in);
    default:
      return -1;
  }
}

// Where the string ends, and whether it has escapes; NULL if it does not end.
static const char *end_of_string(const reader *in, bool *escapes) {
  for (const char *at = in->at; at < in->end; at++) {
    if (*at == '"') return at;
    if ((unsigned char)*at < 0x20) return NULL;
    if (*at == '\\') {
      *escapes = true;
      at++;
    }
  }
  return NULL;
}

static bool string(reader *in, tp_text *text) {
  bool escapes = false;
  if (!take(in, '"')) return false;
  const char *end = end_of_string(in, &escapes);
  if (end == NULL) return false;
  if (!escapes) {
    *text = (tp_text){in->at, (int)(end - in->at)};
    in->at = end + 1;
    return true;
  }
  char *decoded = tp_memory((size_t)(end - in->at));
  char *to = decoded;
  while (in->at < end) {
    char c = *in->at++;
    int code = c == '\\' ? escape(in) : 0;
    if (code < 0) return false;
    if (c == '\\') to = put_utf8(to, code);
    else *to++ = c;
  }
  in->at = end + 1;
  *text = (tp_text){decoded, (int)(to - decoded)};
  return true;
}

static bool digits(reader *in) {
  const char *from = in->at;
  while (peek(in) >= '0' && peek(in) <= '9') in->at++;
  return in->at > from;
}

static tp_json *number(reader *in) {
  const char *from = in->at;
  take(in, '-');
  if (!take(in, '0') && !digits(in)) return NULL;
  if (take(in, '.') && !digits(in)) return NULL;
  if (take(in, 'e') || take(in, 'E')) {
    if (!take(in, '+')) take(in, '-');
    if (!digits(in)) return NULL;
  }
  tp_json *json = new_value(TP_NUMBER);
  json->text = (tp_text){from, (int)(in->at - from)};
  return json;
}

static tp_json *word(reader *in) {
  static const struct {
    tp_text word;
    tp_kind kind;
  } words[] = {{TP_TEXT("null"), TP_NULL}, {TP_TEXT("true"), TP_BOOLEAN}, {TP_TEXT("false"), TP_BOOLEAN}};
  for (int i = 0; i < 3; i++) {
    int length = words[i].word.length;
    if (in->end - in->at >= length && tp_equal((tp_text){in->at, length}, words[i].word)) {
      in->at += length;
      tp_json *json = new_value(words[i].kind);
      json->flag = i == 1;
      return json;
    }
  }
  return NULL;
}

static tp_json *member(reader *in, tp_kind of, int depth) {
  tp_text name = {NULL, 0};
  if (of == TP_OBJECT) {
    blanks(in);
    if (!string(in, &name)) return NULL;
    blanks(in);
    if (!take(in, ':')) return NULL;
  }
  tp_json *json = value(in, depth + 1);
  if (json != NULL) json->name = name;
  return json;
}

static tp_json *container(reader *in, tp_kind kind, int close, int depth) {
  tp_json *json = new_value(kind);
  tp_json **last = &json->first;
  in->at++;
  blanks(in);
  if (take(in, close)) return json;
  do {
    *last = member(in, kind, depth);
    if (*last == NULL) return NULL;
    last = &(*last)->next;
    blanks(in);
    if (take(in, close)) return json;
  } while (take(in, ','));
  return NULL;
}

static tp_json *value(reader *in, int depth) {
  blanks(in);
  if (depth > MAX_DEPTH) return NULL;
  int c = peek(in);
  if (c == '{') return container(in, TP_OBJECT, '}', depth);
  if (c == '[') return container(in, TP_ARRAY, ']', depth);
  if (c == '-' || (c >= '0' && c <= '9')) return number(in);
  if (c != '"') return word(in);
  tp_json *json = new_value(TP_STRING);
  return string(in, &json->text) ? json : NULL;
}

tp_json *tp_parse(tp_text text) {
  reader in = {text.bytes, text.bytes + text.length};
  tp_json *json = value(&in, 0);
  blanks(&in);
  return in.at == in.end ? json : NULL;
}

const tp_json *tp_member(const tp_json *object, tp_text name) {
  const tp_json *found = NULL;
  for (const tp_json *at = object->first; at != NULL; at = at->next) {
    if (tp_equal(at->name, name)) found = at;
  }
  return found == NULL || found->kind == TP_NULL ? NULL : found;
}
