// The plugin interface, version 1, for plugins in C: see docs/guide/plugin-abi.md. There is no library behind it: memory
// is only ever handed out, since an instance does one call and is thrown away.
#ifndef TP_H
#define TP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Bytes that are UTF-8, without a terminator.
typedef struct {
  const char *bytes;
  int length;
} tp_text;

#define TP_TEXT(literal) ((tp_text){(literal), (int)sizeof(literal) - 1})

bool tp_equal(tp_text a, tp_text b);

// Zeroed memory; traps when there is no more.
void *tp_memory(size_t size);

// --- JSON ---

typedef enum { TP_NULL, TP_BOOLEAN, TP_NUMBER, TP_STRING, TP_ARRAY, TP_OBJECT } tp_kind;

// One value; its kind tells which fields count. Children of arrays and objects are linked by `next`.
typedef struct tp_json {
  tp_kind kind;
  bool flag;
  tp_text text; // a string, decoded; a number, as it was written
  tp_text name; // within an object
  struct tp_json *first;
  struct tp_json *next;
} tp_json;

// The value, or NULL if the text is not JSON or nested deeper than 64.
tp_json *tp_parse(tp_text text);

// A member of an object, or NULL where it is absent or JSON's null.
const tp_json *tp_member(const tp_json *object, tp_text name);

// --- The answer ---

void tp_put(tp_text json);
void tp_put_char(char c);
void tp_put_int(int value);
void tp_put_string(tp_text text); // quoted and escaped

// Throws away what was put and answers that the plugin cannot do it with this input.
void tp_fail(tp_text code, tp_text message);

// --- What a plugin defines ---

// Does the work by putting the output's JSON, or calls tp_fail.
void tp_plugin(tp_text function, const tp_json *input);

#endif
