// Reads and changes the sections of a WebAssembly module. See "Binary Format" of the WebAssembly specification.

const HEADER = Buffer.from([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]);
const [CUSTOM, IMPORT, EXPORT, CODE, DATA] = [0, 2, 7, 10, 11];
const FUNCTION = 0;
/** The body of a function that traps: no locals, `unreachable`, `end`. */
const TRAP = Buffer.from([0x00, 0x00, 0x0b]);
/** How the body of a function ends that does not return. */
const NO_RETURN = TRAP.subarray(1);

export class Wasm {
  #sections = [];

  constructor(bytes) {
    const reader = new Reader(Buffer.from(bytes));
    if (!reader.bytes(HEADER.length).equals(HEADER)) throw new Error("this is not a WebAssembly module");
    while (!reader.done) {
      const id = reader.byte();
      this.#sections.push({ id, body: reader.bytes(reader.number()) });
    }
  }

  bytes() {
    return Buffer.concat([HEADER, ...this.#sections.flatMap(({ id, body }) => [Buffer.from([id]), sized(body)])]);
  }

  /** The imported functions: their names, and the numbers of their types. */
  imports() {
    const found = [];
    this.#mapImports((imported) => {
      found.push(imported);
      return imported;
    });
    return found;
  }

  /** Replaces each `{ module, name, type }`. */
  renameImports(rename) {
    this.#section(IMPORT).body = this.#mapImports(rename);
  }

  #mapImports(map) {
    return mapEntries(this.#section(IMPORT).body, (reader) => {
      const [module, name] = [reader.text(), reader.text()];
      if (reader.byte() !== FUNCTION) throw new Error(`the import ${name} is not a function`);
      const type = reader.number();
      const mapped = map({ module, name, type });
      return Buffer.concat([text(mapped.module), text(mapped.name), Buffer.from([FUNCTION]), number(type)]);
    });
  }

  /** Renames each export, or removes it where `rename` returns nothing. */
  renameExports(rename) {
    const section = this.#section(EXPORT);
    section.body = mapEntries(section.body, (reader) => {
      const [name, kind, index] = [rename(reader.text()), reader.byte(), reader.number()];
      return name && Buffer.concat([text(name), Buffer.from([kind]), number(index)]);
    });
  }

  /** The names of functions by their index, as the compiler noted them. */
  #functionNames() {
    const names = new Map();
    for (const { id, body } of this.#sections) {
      const reader = new Reader(body);
      if (id !== CUSTOM || reader.text() !== "name") continue;
      while (!reader.done) {
        const [kind, names_] = [reader.byte(), new Reader(reader.bytes(reader.number()))];
        if (kind !== 1) continue;
        for (let left = names_.number(); left > 0; left -= 1) names.set(names_.number(), names_.text());
      }
    }
    return names;
  }

  /** Makes the functions trap at once that do not return and whose names are wanted. Returns how many. */
  trap(isWanted) {
    const [names, section] = [this.#functionNames(), this.#section(CODE)];
    let [index, count] = [this.imports().length, 0];
    section.body = mapEntries(section.body, (reader) => {
      const body = reader.bytes(reader.number());
      const traps = body.subarray(-NO_RETURN.length).equals(NO_RETURN) && isWanted(names.get(index) ?? "");
      index += 1;
      count += traps;
      return sized(traps ? TRAP : body);
    });
    return count;
  }

  /** The initial contents of the memory: `{ address, bytes }`, to be changed in place. */
  data() {
    const segments = [];
    mapEntries(this.#section(DATA).body, (reader) => {
      // Active, in memory 0, at a constant address.
      const [mode, constant, address, end] = [reader.number(), reader.byte(), reader.number(), reader.byte()];
      if (mode !== 0 || constant !== 0x41 || end !== 0x0b) throw new Error("a data segment has no constant address");
      segments.push({ address, bytes: reader.bytes(reader.number()) });
      return Buffer.alloc(0);
    });
    return segments;
  }

  #section(id) {
    const found = this.#sections.filter((section) => section.id === id);
    if (found.length !== 1) throw new Error(`the WebAssembly module has ${found.length} sections of the kind ${id}`);
    return found[0];
  }
}

/** Rewrites a vector entry by entry; what is not returned is left out. */
function mapEntries(body, map) {
  const reader = new Reader(body);
  const entries = [];
  for (let left = reader.number(); left > 0; left -= 1) {
    const entry = map(reader);
    if (entry) entries.push(entry);
  }
  if (!reader.done) throw new Error("a section is longer than its entries");
  return Buffer.concat([number(entries.length), ...entries]);
}

function sized(bytes) {
  return Buffer.concat([number(bytes.length), bytes]);
}

function text(text) {
  return sized(Buffer.from(text));
}

/** An unsigned LEB128. */
function number(value) {
  const bytes = [];
  do {
    const rest = Math.floor(value / 0x80);
    bytes.push((value % 0x80) + (rest > 0 ? 0x80 : 0));
    value = rest;
  } while (value > 0);
  return Buffer.from(bytes);
}

class Reader {
  #bytes;
  #at = 0;

  constructor(bytes) {
    this.#bytes = bytes;
  }

  get done() {
    return this.#at === this.#bytes.length;
  }

  bytes(length) {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new Error("the WebAssembly module is cut off");
    const bytes = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return bytes;
  }

  byte() {
    return this.bytes(1)[0];
  }

  number() {
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = this.byte();
      value += (byte % 0x80) * scale;
      if (byte < 0x80) return value;
    }
  }

  text() {
    return this.bytes(this.number()).toString();
  }
}
