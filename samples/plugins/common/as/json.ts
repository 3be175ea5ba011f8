// JSON of RFC 8259 as a tree, read from and written to AssemblyScript's UTF-16 strings.

const MAX_DEPTH: i32 = 64;

export enum Kind {
  NULL,
  BOOLEAN,
  NUMBER,
  TEXT,
  ARRAY,
  OBJECT,
}

// Shared by all values that hold none: a list of its own for each would cost more than reading it.
const NO_ITEMS: Array<Json> = [];
const NO_KEYS: Array<string> = [];

/** One value. Which of the fields counts is told by `kind`. */
export class Json {
  static readonly NULL: Json = new Json(Kind.NULL);

  flag: bool = false;
  number: f64 = 0;
  text: string = "";
  items: Array<Json> = NO_ITEMS;
  keys: Array<string> = NO_KEYS;

  constructor(readonly kind: Kind) {}

  isNull(): bool {
    return this.kind == Kind.NULL;
  }

  isBoolean(): bool {
    return this.kind == Kind.BOOLEAN;
  }

  isNumber(): bool {
    return this.kind == Kind.NUMBER;
  }

  isText(): bool {
    return this.kind == Kind.TEXT;
  }

  isObject(): bool {
    return this.kind == Kind.OBJECT;
  }

  /** The member of an object, or null where it is absent or JSON's null. The last of a repeated name counts. */
  get(name: string): Json | null {
    for (let i = this.keys.length - 1; i >= 0; i--) {
      if (this.keys[i] == name) return this.items[i].isNull() ? null : this.items[i];
    }
    return null;
  }
}

/** The value that the text is, or null if it is not JSON or nested deeper than 64. */
export function parseJson(text: string): Json | null {
  const reader = new Reader(text);
  const value = reader.value(0);
  reader.blanks();
  return value != null && reader.ended() ? value : null;
}

class Reader {
  private at: i32 = 0;

  constructor(private readonly text: string) {}

  ended(): bool {
    return this.at == this.text.length;
  }

  blanks(): void {
    while (!this.ended()) {
      const unit = this.peek();
      if (unit != 0x20 && unit != 0x0a && unit != 0x0d && unit != 0x09) return;
      this.at++;
    }
  }

  value(depth: i32): Json | null {
    this.blanks();
    if (this.ended() || depth > MAX_DEPTH) return null;
    const unit = this.peek();
    if (unit == 0x7b) return this.container(Kind.OBJECT, 0x7d, depth);
    if (unit == 0x5b) return this.container(Kind.ARRAY, 0x5d, depth);
    if (unit == 0x22) return this.textValue();
    if (unit == 0x2d || isDigit(unit)) return this.numberValue();
    return this.wordValue();
  }

  private peek(): i32 {
    return this.at < this.text.length ? this.text.charCodeAt(this.at) : -1;
  }

  private take(unit: i32): bool {
    if (this.peek() != unit) return false;
    this.at++;
    return true;
  }

  private container(kind: Kind, close: i32, depth: i32): Json | null {
    const json = new Json(kind);
    json.items = [];
    if (json.isObject()) json.keys = [];
    this.at++;
    this.blanks();
    if (this.take(close)) return json;
    while (true) {
      if (!this.member(json, depth)) return null;
      this.blanks();
      if (this.take(close)) return json;
      if (!this.take(0x2c)) return null;
    }
  }

  private member(into: Json, depth: i32): bool {
    if (into.isObject()) {
      this.blanks();
      if (this.peek() != 0x22) return false;
      const key = this.string();
      this.blanks();
      if (key == null || !this.take(0x3a)) return false;
      into.keys.push(key);
    }
    const item = this.value(depth + 1);
    if (item == null) return false;
    into.items.push(item);
    return true;
  }

  private textValue(): Json | null {
    const text = this.string();
    if (text == null) return null;
    const json = new Json(Kind.TEXT);
    json.text = text;
    return json;
  }

  private string(): string | null {
    const from = ++this.at;
    const end = this.closingQuote();
    if (end < 0) return null;
    const text = this.escapes ? this.unescaped(from, end) : this.text.substring(from, end);
    this.at = end + 1;
    return text;
  }

  /** Whether there is an escape before the closing quote that was found last. */
  private escapes: bool = false;

  /** Where the string ends that goes on here, or -1. */
  private closingQuote(): i32 {
    this.escapes = false;
    for (let i = this.at; i < this.text.length; i++) {
      const unit = this.text.charCodeAt(i);
      if (unit == 0x22) return i;
      if (unit < 0x20) return -1;
      if (unit == 0x5c) {
        this.escapes = true;
        i++;
      }
    }
    return -1;
  }

  // Into one buffer, because nothing is ever freed: a text grown escape by escape takes the square of its length.
  private unescaped(from: i32, end: i32): string | null {
    const units = new StaticArray<u16>(end - from);
    let length = 0;
    this.at = from;
    while (this.at < end) {
      let unit = this.text.charCodeAt(this.at++);
      if (unit == 0x5c) {
        unit = this.escape();
        if (unit < 0) return null;
      }
      unchecked((units[length++] = <u16>unit));
    }
    return String.UTF16.decodeUnsafe(changetype<usize>(units), <usize>length << 1);
  }

  private escape(): i32 {
    const unit = this.peek();
    this.at++;
    if (unit == 0x75) return this.fourDigits();
    if (unit == 0x22 || unit == 0x5c || unit == 0x2f) return unit;
    if (unit == 0x6e) return 0x0a;
    if (unit == 0x72) return 0x0d;
    if (unit == 0x74) return 0x09;
    if (unit == 0x62) return 0x08;
    return unit == 0x66 ? 0x0c : -1;
  }

  private fourDigits(): i32 {
    let value = 0;
    for (let i = 0; i < 4; i++) {
      const unit = this.peek() | 0x20;
      const digit = isDigit(this.peek()) ? this.peek() - 0x30 : unit >= 0x61 && unit <= 0x66 ? unit - 0x57 : -1;
      if (digit < 0) return -1;
      value = (value << 4) | digit;
      this.at++;
    }
    return value;
  }

  private numberValue(): Json | null {
    const from = this.at;
    this.take(0x2d);
    if (!this.take(0x30) && !this.digits()) return null;
    if (this.take(0x2e) && !this.digits()) return null;
    if (this.take(0x65) || this.take(0x45)) {
      if (!this.take(0x2b)) this.take(0x2d);
      if (!this.digits()) return null;
    }
    const json = new Json(Kind.NUMBER);
    json.number = parseFloat(this.text.substring(from, this.at));
    return json;
  }

  private digits(): bool {
    const from = this.at;
    while (isDigit(this.peek())) this.at++;
    return this.at > from;
  }

  private wordValue(): Json | null {
    if (this.word("null")) return new Json(Kind.NULL);
    const json = new Json(Kind.BOOLEAN);
    json.flag = this.word("true");
    return json.flag || this.word("false") ? json : null;
  }

  private word(word: string): bool {
    if (!this.text.substr(this.at, word.length).startsWith(word)) return false;
    this.at += word.length;
    return true;
  }
}

function isDigit(unit: i32): bool {
  return unit >= 0x30 && unit <= 0x39;
}

/** JSON text that grows: in one buffer, because nothing is ever freed. */
export class Writer {
  private units: StaticArray<u16> = new StaticArray<u16>(512);
  private length: i32 = 0;

  /** Adds the text as it is. */
  put(text: string): Writer {
    this.copy(text, 0, text.length);
    return this;
  }

  /** Adds the text as a JSON string. A surrogate without its other half becomes U+FFFD: UTF-8 has no place for it. */
  putQuoted(text: string): Writer {
    this.put('"');
    let from = 0;
    for (let i = 0; i < text.length; i++) {
      const escaped = escapeOf(text, i);
      if (escaped.length > 0) {
        this.copy(text, from, i);
        this.put(escaped);
        from = i + 1;
      }
    }
    this.copy(text, from, text.length);
    return this.put('"');
  }

  toString(): string {
    return String.UTF16.decodeUnsafe(changetype<usize>(this.units), <usize>this.length << 1);
  }

  private copy(text: string, from: i32, to: i32): void {
    this.reserve(to - from);
    memory.copy(
      changetype<usize>(this.units) + (<usize>this.length << 1),
      changetype<usize>(text) + (<usize>from << 1),
      <usize>(to - from) << 1,
    );
    this.length += to - from;
  }

  private reserve(more: i32): void {
    if (this.length + more <= this.units.length) return;
    const larger = new StaticArray<u16>(max(this.units.length * 2, this.length + more));
    memory.copy(changetype<usize>(larger), changetype<usize>(this.units), <usize>this.length << 1);
    this.units = larger;
  }
}

/** The text as a JSON string. */
export function quoted(text: string): string {
  return new Writer().putQuoted(text).toString();
}

function escapeOf(text: string, at: i32): string {
  const unit = text.charCodeAt(at);
  if (unit == 0x22) return '\\"';
  if (unit == 0x5c) return "\\\\";
  if (unit == 0x0a) return "\\n";
  if (unit == 0x0d) return "\\r";
  if (unit == 0x09) return "\\t";
  if (unit < 0x20) return "\\u00" + (unit < 0x10 ? "0" : "1") + (unit & 15).toString(16);
  return isHalf(text, at) ? "\ufffd" : "";
}

function isHalf(text: string, at: i32): bool {
  const unit = text.charCodeAt(at);
  if ((unit & 0xfc00) == 0xd800) return at + 1 == text.length || (text.charCodeAt(at + 1) & 0xfc00) != 0xdc00;
  return (unit & 0xfc00) == 0xdc00 && (at == 0 || (text.charCodeAt(at - 1) & 0xfc00) != 0xd800);
}

/** The number with so many decimals, halves away from zero. For |value| * 10^decimals below 2^53. */
export function fixed(value: f64, decimals: i32): string {
  let scale: f64 = 1;
  for (let i = 0; i < decimals; i++) scale *= 10;
  const scaled = <i64>Math.floor(Math.abs(value) * scale + 0.5);
  const whole = scaled / <i64>scale;
  const sign = value < 0 && scaled > 0 ? "-" : "";
  if (decimals == 0) return sign + whole.toString();
  return sign + whole.toString() + "." + (scaled % <i64>scale).toString().padStart(decimals, "0");
}
