// Finds a word that should not be there. Change what is below; samples/ and manifest.json say what is expected.
#include "tp.h"

static const tp_text WORD = {"miracle", 7};

static bool is_at(tp_text text, int at) {
  return at + WORD.length <= text.length && tp_equal((tp_text){text.bytes + at, WORD.length}, WORD);
}

// How many UTF-16 units a byte of UTF-8 begins: a character of four bytes becomes two units.
static int units(char byte) {
  unsigned char b = (unsigned char)byte;
  return (b & 0xc0) == 0x80 ? 0 : b >= 0xf0 ? 2 : 1;
}

static void put_finding(int start) {
  tp_put(TP_TEXT("{\"rule\":\"no_miracles\",\"severity\":\"warning\",\"start\":"));
  tp_put_int(start);
  tp_put(TP_TEXT(",\"end\":"));
  tp_put_int(start + WORD.length);
  tp_put(TP_TEXT(",\"text\":"));
  tp_put_string(WORD);
  tp_put(TP_TEXT(",\"message\":\"Promise nothing that nobody can keep.\"}"));
}

static void validate(tp_text text) {
  int unit = 0;
  bool first = true;
  tp_put(TP_TEXT("{\"findings\":["));
  for (int at = 0; at < text.length; at++) {
    if (is_at(text, at)) {
      if (!first) tp_put_char(',');
      first = false;
      put_finding(unit);
    }
    unit += units(text.bytes[at]);
  }
  tp_put(TP_TEXT("]}"));
}

void tp_plugin(tp_text function, const tp_json *input) {
  if (!tp_equal(function, TP_TEXT("validate"))) {
    tp_fail(TP_TEXT("unknown_function"), TP_TEXT("There is only the function 'validate'."));
    return;
  }
  const tp_json *text = tp_member(input, TP_TEXT("text"));
  if (text == NULL || text->kind != TP_STRING) {
    tp_fail(TP_TEXT("no_text"), TP_TEXT("The input has no text."));
    return;
  }
  validate(text->text);
}
