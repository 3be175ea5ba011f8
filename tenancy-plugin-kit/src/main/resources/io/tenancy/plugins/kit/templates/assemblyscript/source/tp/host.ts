// What the host offers. What you use becomes an import, which manifest.json has to ask for under "capabilities".

@external("tp", "result_read") declare function resultRead(pointer: usize, length: i32): i32;
@external("tp", "log") declare function hostLog(level: i32, pointer: usize, length: i32): void;
@external("tp", "kv_get") declare function kvGet(key: usize, length: i32): i32;
@external("tp", "kv_put") declare function kvPut(key: usize, length: i32, value: usize, valueLength: i32): i32;
@external("tp", "kv_delete") declare function kvDelete(key: usize, length: i32): i32;
@external("tp", "kv_list") declare function kvList(prefix: usize, length: i32): i32;
@external("tp", "http_send") declare function httpSend(request: usize, length: i32): i32;
@external("tp", "config_get") declare function configGet(key: usize, length: i32): i32;
@external("tp", "secret_handle") declare function secretHandle(name: usize, length: i32): i32;
@external("tp", "secret_read") declare function secretRead(name: usize, length: i32): i32;
@external("tp", "clock_now") declare function clockNow(): i64;
@external("tp", "random_fill") declare function randomFill(pointer: usize, length: i32): i32;
@external("tp", "emit_event") declare function emitEvent(event: usize, length: i32): i32;
@external("tp", "emit_metric") declare function emitMetric(name: usize, length: i32, value: f64): i32;
@external("tp", "content_read") declare function contentRead(query: usize, length: i32): i32;
@external("tp", "content_annotate") declare function contentAnnotate(annotation: usize, length: i32): i32;

function bytes(text: string): ArrayBuffer {
  return String.UTF8.encode(text);
}

function at(buffer: ArrayBuffer): usize {
  return changetype<usize>(buffer);
}

/** What the host answered; null where its number was an error. */
function answer(length: i32): string | null {
  if (length < 0) return null;
  const buffer = new ArrayBuffer(length);
  return String.UTF8.decodeUnsafe(at(buffer), <usize>resultRead(at(buffer), length));
}

export namespace host {
  /** Capability log. Level 0 debug, 1 info, 2 warning, 3 error. */
  export function log(level: i32, line: string): void {
    const text = bytes(line);
    hostLog(level, at(text), text.byteLength);
  }

  /** Capability kv. Null where there is none. */
  export function value(key: string): string | null {
    const text = bytes(key);
    return answer(kvGet(at(text), text.byteLength));
  }

  /** Capability kv. Whether it will be kept. */
  export function keep(key: string, value: string): bool {
    const text = bytes(key);
    const kept = bytes(value);
    return kvPut(at(text), text.byteLength, at(kept), kept.byteLength) >= 0;
  }

  /** Capability kv. */
  export function forget(key: string): bool {
    const text = bytes(key);
    return kvDelete(at(text), text.byteLength) >= 0;
  }

  /** Capability kv. The keys that begin so, as a JSON array. */
  export function keys(prefix: string): string | null {
    const text = bytes(prefix);
    return answer(kvList(at(text), text.byteLength));
  }

  /** Capability http. The request and its answer are JSON; null where there is no answer. */
  export function send(request: string): string | null {
    const text = bytes(request);
    return answer(httpSend(at(text), text.byteLength));
  }

  /** Capability config. As JSON; an empty key for all of it; null where there is none. */
  export function configured(key: string): string | null {
    const text = bytes(key);
    return answer(configGet(at(text), text.byteLength));
  }

  /** Capability secrets. A text that stands for the secret in headers of requests. */
  export function secretFor(name: string): string | null {
    const text = bytes(name);
    return answer(secretHandle(at(text), text.byteLength));
  }

  /** Capability secrets.clear. */
  export function secret(name: string): string | null {
    const text = bytes(name);
    return answer(secretRead(at(text), text.byteLength));
  }

  /** Capability clock. Milliseconds since 1970 in UTC. */
  export function now(): i64 {
    return clockNow();
  }

  /** Capability random. */
  export function random(length: i32): Uint8Array {
    const drawn = new Uint8Array(length);
    randomFill(drawn.dataStart, length);
    return drawn;
  }

  /** Capability emit. JSON of {"type", "data"}. */
  export function event(json: string): bool {
    const text = bytes(json);
    return emitEvent(at(text), text.byteLength) >= 0;
  }

  /** Capability emit. */
  export function metric(name: string, value: f64): bool {
    const text = bytes(name);
    return emitMetric(at(text), text.byteLength, value) >= 0;
  }

  /** Capability content.read. */
  export function content(query: string): string | null {
    const text = bytes(query);
    return answer(contentRead(at(text), text.byteLength));
  }

  /** Capability content.annotate. */
  export function annotate(json: string): bool {
    const text = bytes(json);
    return contentAnnotate(at(text), text.byteLength) >= 0;
  }
}
