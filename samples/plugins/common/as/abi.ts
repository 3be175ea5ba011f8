// The plugin interface, version 1, for plugins in AssemblyScript: see docs/guide/plugin-abi.md.
// A plugin exports tp_alloc from here and a tp_call of its own, which reads a Request and returns reply(...).

import { Json, parseJson, quoted } from "./json";

/** Gives the host `length` bytes for its input. */
export function tp_alloc(length: i32): usize {
  return heap.alloc(<usize>max(length, 1));
}

/** What the host asks: a function by name and its input. */
export class Request {
  constructor(
    readonly name: string,
    readonly input: Json,
  ) {}
}

/** Reads `{"function": "...", "input": ...}`; traps on anything else, which the host never sends. */
export function readRequest(pointer: usize, length: i32): Request {
  const text = String.UTF8.decodeUnsafe(pointer, <usize>length);
  const json = parseJson(text);
  if (json == null || !json.isObject()) unreachable();
  const name = json!.get("function");
  if (name == null || !name.isText()) unreachable();
  const input = json!.get("input");
  return new Request(name!.text, input == null ? Json.NULL : input);
}

/** An answer: JSON text of the output. */
export function output(json: string): string {
  return '{"output":' + json + "}";
}

/** The plugin's own answer that it cannot do it with this input. */
export function failure(code: string, message: string): string {
  return '{"error":{"code":' + quoted(code) + ',"message":' + quoted(message) + "}}";
}

/** What to answer when the manifest's functions and the host's request do not agree. */
export function unknownFunction(name: string, known: string): string {
  return failure("unknown_function", "There is no function '" + name + "'; there is " + known + ".");
}

/** Hands an answer to the host: pointer in the upper half, length in the lower one. */
export function reply(answer: string): i64 {
  const bytes = String.UTF8.encode(answer);
  return ((<i64>changetype<usize>(bytes)) << 32) | <i64>bytes.byteLength;
}

/** In place of the runtime's own abort, which would be an import: a bug becomes a trap. */
export function abort(message: string | null, file: string | null, line: u32, column: u32): void {
  unreachable();
}
