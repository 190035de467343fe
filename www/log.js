// The event log: a bounded table, newest first, of messages and changes of the connection.

const MOST_ROWS = 300;

export class EventLog {
  #body = document.getElementById("log");
  #note = document.getElementById("log-note");
  #count = 0;

  constructor() {
    document.getElementById("log-clear").addEventListener("click", () => {
      this.#body.replaceChildren();
      this.#tell();
    });
  }

  event({ type, lastEventId, data }) {
    this.#count += 1;
    return this.#add("event", type, lastEventId, data);
  }

  /** An event that could not be decoded, with its raw data. */
  undecodable(event) {
    this.event(event).dataset.undecodable = "";
  }

  state(state, words) {
    this.#add("state", state, "", words);
  }

  #add(kind, name, id, data) {
    const row = document.createElement("tr");
    row.dataset.kind = kind;
    row.dataset.name = name;
    row.append(timeCell(new Date()), cell(name), cell(id), cell(data));
    this.#body.prepend(row);
    while (this.#body.rows.length > MOST_ROWS) this.#body.lastElementChild.remove();
    this.#tell();
    return row;
  }

  #tell() {
    this.#body.dataset.count = this.#count;
    const rest = this.#body.rows.length === MOST_ROWS ? `, the newest ${MOST_ROWS} rows` : "";
    this.#note.textContent = `${this.#count.toLocaleString("en")} events${rest}`;
  }
}

function cell(text) {
  const cell = document.createElement("td");
  cell.textContent = text;
  cell.title = text;
  return cell;
}

function timeCell(time) {
  const two = (number) => String(number).padStart(2, "0");
  const cell = document.createElement("td");
  const millis = document.createElement("span");
  millis.className = "millis";
  millis.textContent = `.${String(time.getMilliseconds()).padStart(3, "0")}`;
  cell.append(`${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`, millis);
  return cell;
}
