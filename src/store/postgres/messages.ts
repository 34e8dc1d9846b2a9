/**
 * What is sent to the server in one piece: https://www.postgresql.org/docs/current/protocol-message-formats.html
 * One write for a whole round trip, since each costs a call of the system and a turn of the network.
 */
export class Messages {
  #bytes = Buffer.allocUnsafe(16_384);
  #length = 0;
  /** Where the message under way has its length. */
  #start = 0;

  /** Prepares a statement, in place of what may stand under its name. */
  prepare(name: string, text: string): this {
    // Where an earlier try failed, nobody knows whether the server kept it: closing what is not there is no error.
    this.#begin(CLOSE).#byte(STATEMENT).#text(name).#end();
    return this.#begin(PARSE).#text(name).#text(text).#int16(0).#end();
  }

  /** Gives a prepared statement its values, as text, bytes as they are. */
  bind(name: string, values: readonly unknown[]): this {
    const wires = values.map(toWire);
    this.#begin(BIND).#text('').#text(name).#int16(wires.length);
    for (const wire of wires) this.#int16(wire === null || typeof wire === 'string' ? 0 : 1);
    this.#int16(wires.length);
    for (const wire of wires) this.#value(wire);
    return this.#int16(0).#end();
  }

  /** Asks for the columns of what was bound. */
  describe(): this {
    return this.#begin(DESCRIBE).#byte(PORTAL).#text('').#end();
  }

  /** Runs what was bound. */
  execute(): this {
    return this.#begin(EXECUTE).#text('').#int32(0).#end();
  }

  /** Ends the trip: the server answers all of it. */
  sync(): this {
    return this.#begin(SYNC).#end();
  }

  /** All of it, and empties this for the next. */
  take(): Buffer {
    const taken = Buffer.from(this.#bytes.subarray(0, this.#length));
    this.#length = 0;
    return taken;
  }

  #begin(type: number): this {
    this.#byte(type);
    this.#start = this.#length;
    return this.#int32(0);
  }

  #end(): this {
    this.#bytes.writeInt32BE(this.#length - this.#start, this.#start);
    return this;
  }

  #byte(value: number): this {
    this.#room(1);
    this.#bytes[this.#length++] = value;
    return this;
  }

  #int16(value: number): this {
    this.#room(2);
    this.#length = this.#bytes.writeInt16BE(value, this.#length);
    return this;
  }

  #int32(value: number): this {
    this.#room(4);
    this.#length = this.#bytes.writeInt32BE(value, this.#length);
    return this;
  }

  #text(text: string): this {
    this.#room(text.length * 3 + 1);
    this.#length += this.#bytes.write(text, this.#length, 'utf8');
    return this.#byte(0);
  }

  #value(wire: string | Buffer | null): void {
    if (wire === null) return void this.#int32(-1);
    if (typeof wire === 'string') {
      this.#room(wire.length * 3 + 4);
      const bytes = this.#bytes.write(wire, this.#length + 4, 'utf8');
      this.#int32(bytes);
      this.#length += bytes;
    } else {
      this.#int32(wire.length).#room(wire.length);
      this.#length += wire.copy(this.#bytes, this.#length);
    }
  }

  #room(bytes: number): this {
    if (this.#length + bytes <= this.#bytes.length) return this;
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + bytes));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
    return this;
  }
}

const [BIND, CLOSE, DESCRIBE, EXECUTE, PARSE, SYNC] = ['B', 'C', 'D', 'E', 'P', 'S'].map((letter) => letter.charCodeAt(0)) as [number, number, number, number, number, number];
const [STATEMENT, PORTAL] = ['S'.charCodeAt(0), 'P'.charCodeAt(0)];

/** A value as the server reads it: text, bytes, or nothing. */
function toWire(value: unknown): string | Buffer | null {
  if (value === null || typeof value === 'string') return value;
  if (value instanceof Uint8Array) return value instanceof Buffer ? value : Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return String(value);
}
