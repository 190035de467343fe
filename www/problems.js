// The box of errors: every error of this page is shown here, not only in the console.

const MOST = 5;

export class Problems {
  #box = document.getElementById("problems");
  #list = document.getElementById("problem-list");
  #count = 0;

  constructor() {
    document.getElementById("problems-dismiss").addEventListener("click", () => {
      this.#list.replaceChildren();
      this.#box.hidden = true;
    });
    window.addEventListener("error", (event) => this.show("Error", event.error ?? event.message));
    window.addEventListener("unhandledrejection", (event) => this.show("Error", event.reason));
    document.addEventListener("securitypolicyviolation", (event) =>
      this.show("Content security policy", `${event.effectiveDirective}: ${event.blockedURI}`));
  }

  /** Shows a failure and its reason; the same text only once. */
  show(what, why) {
    const text = `${what}: ${why?.message ?? why}`;
    this.#count += 1;
    this.#box.dataset.count = this.#count;
    this.#box.hidden = false;
    if ([...this.#list.children].some((item) => item.textContent === text)) return;
    const item = document.createElement("li");
    item.textContent = text;
    this.#list.append(item);
    while (this.#list.children.length > MOST) this.#list.firstChild.remove();
  }
}
