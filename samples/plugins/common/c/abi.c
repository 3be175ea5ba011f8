#include "tp.h"

extern unsigned char __heap_base;

static uintptr_t heap;

void *tp_memory(size_t size) {
  if (heap == 0) heap = (uintptr_t)&__heap_base;
  uintptr_t at = (heap + 15) & ~(uintptr_t)15;
  uintptr_t end = at + size;
  if (end < at) __builtin_trap();
  uintptr_t have = (uintptr_t)__builtin_wasm_memory_size(0) << 16;
  if (end > have) {
    size_t pages = (end - have + 0xffff) >> 16;
    if (__builtin_wasm_memory_grow(0, pages) == (size_t)-1) __builtin_trap();
  }
  heap = end;
  return (void *)at;
}

bool tp_equal(tp_text a, tp_text b) {
  if (a.length != b.length) return false;
  for (int i = 0; i < a.length; i++) {
    if (a.bytes[i] != b.bytes[i]) return false;
  }
  return true;
}

// --- The answer, which grows ---

static char *answer;
static int length;
static int capacity;
static bool failed;

void tp_put_char(char c) {
  if (failed) return;
  if (length == capacity) {
    int larger = capacity == 0 ? 1024 : capacity * 2;
    char *copy = tp_memory((size_t)larger);
    if (length > 0) __builtin_memcpy(copy, answer, (size_t)length);
    answer = copy;
    capacity = larger;
  }
  answer[length++] = c;
}

void tp_put(tp_text json) {
  for (int i = 0; i < json.length; i++) tp_put_char(json.bytes[i]);
}

void tp_put_int(int value) {
  char digits[11];
  int count = 0;
  unsigned rest = value < 0 ? 0u - (unsigned)value : (unsigned)value;
  do digits[count++] = (char)('0' + rest % 10);
  while ((rest /= 10) > 0);
  if (value < 0) tp_put_char('-');
  while (count > 0) tp_put_char(digits[--count]);
}

static void put_escaped(char c) {
  if (c == '"' || c == '\\') {
    tp_put_char('\\');
    tp_put_char(c);
  } else if ((unsigned char)c < 0x20) {
    tp_put(TP_TEXT("\\u00"));
    tp_put_char(c < 0x10 ? '0' : '1');
    tp_put_char("0123456789abcdef"[c & 15]);
  } else {
    tp_put_char(c);
  }
}

void tp_put_string(tp_text text) {
  tp_put_char('"');
  for (int i = 0; i < text.length; i++) put_escaped(text.bytes[i]);
  tp_put_char('"');
}

void tp_fail(tp_text code, tp_text message) {
  if (failed) return;
  length = 0;
  tp_put(TP_TEXT("{\"error\":{\"code\":"));
  tp_put_string(code);
  tp_put(TP_TEXT(",\"message\":"));
  tp_put_string(message);
  tp_put(TP_TEXT("}}"));
  failed = true;
}

// --- What the host calls ---

__attribute__((export_name("tp_alloc"))) void *tp_alloc(int32_t size) {
  return tp_memory(size > 0 ? (size_t)size : 1);
}

__attribute__((export_name("tp_call"))) int64_t tp_call(const char *input, int32_t size) {
  const tp_json *request = tp_parse((tp_text){input, size});
  const tp_json *function = request == NULL ? NULL : tp_member(request, TP_TEXT("function"));
  // Anything else than {"function", "input"} comes from no host.
  if (function == NULL || function->kind != TP_STRING) __builtin_trap();
  static const tp_json nothing = {.kind = TP_NULL};
  const tp_json *given = tp_member(request, TP_TEXT("input"));
  tp_put(TP_TEXT("{\"output\":"));
  tp_plugin(function->text, given == NULL ? &nothing : given);
  tp_put_char('}');
  return (int64_t)((uint64_t)(uintptr_t)answer << 32 | (uint32_t)length);
}
