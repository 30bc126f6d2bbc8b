/* Everything on these pages can be read without a script. With one, buttons copy, tables sort, the list of everything is a
   search, and the choices of colours and of detail are kept from page to page. */
(() => {
  "use strict";
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  async function copy(text) {
    if (navigator.clipboard) return navigator.clipboard.writeText(text);
    const area = document.body.appendChild(document.createElement("textarea"));
    area.value = text; area.select(); document.execCommand("copy"); area.remove();
  }
  function source(own, kind) {
    if (kind !== "mathml") return own.querySelector(`.src-${kind} code`).textContent;
    const formula = own.querySelector("math[display=block]").cloneNode(true);
    all("annotation", formula).forEach(note => note.remove());
    return new XMLSerializer().serializeToString(formula);
  }
  function copier(own, kind, name, words) {
    const button = document.createElement("button");
    button.type = "button"; button.dataset.copy = kind; button.textContent = name;
    button.setAttribute("aria-label", words.replace("{format}", name));
    button.addEventListener("click", async () => {
      await copy(source(own, kind));
      button.textContent = copies.dataset.done;
      setTimeout(() => { button.textContent = name; }, 1600);
    });
    return button;
  }
  const copies = document.getElementById("copies");
  for (const tools of all(".steps > .step > .tools, .final > .tools")) {
    const own = tools.parentNode, group = document.createElement("span"), number = own.querySelector(".no")?.textContent;
    const words = number ? copies.dataset.step.replace("{n}", number) : copies.dataset.result;
    group.className = "copies"; group.append(copies.textContent);
    for (const [kind, name] of [["latex", "LaTeX"], ["mathml", "MathML"], ["python", "Python"]])
      if (kind === "mathml" || tools.querySelector(`:scope > .src-${kind}`)) group.append(" ", copier(own, kind, name, words));
    tools.append(group);
  }

  const worth = cell => cell.dataset.order === undefined ? cell.textContent.trim().toLowerCase() : Number(cell.dataset.order);
  const compare = (a, b) => typeof a === "number" ? a - b : a.localeCompare(b, undefined, { numeric: true });
  for (const head of all("table.sortable th[data-sort]")) {
    const button = document.createElement("button");
    button.type = "button"; button.append(...head.childNodes); head.append(button);
    button.addEventListener("click", () => {
      const falling = head.getAttribute("aria-sort") === "ascending", place = head.cellIndex;
      all("th", head.parentNode).forEach(other => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", falling ? "descending" : "ascending");
      const body = head.closest("table").tBodies[0];
      const rows = [...body.rows].sort((a, b) => compare(worth(a.cells[place]), worth(b.cells[place])));
      body.append(...(falling ? rows.reverse() : rows));
    });
  }

  const box = document.getElementById("find");
  if (box) {
    const letters = { alpha: "α", beta: "β", gamma: "γ", delta: "δ", epsilon: "ε", eta: "η", lambda: "λ", mu: "μ", pi: "π", sigma: "σ",
      phi: "φ", theta: "θ", partial: "∂", nabla: "∇", sum: "∑", prod: "∏", int: "∫", infty: "∞", le: "≤", leq: "≤", ge: "≥", geq: "≥",
      ne: "≠", neq: "≠", to: "→", in: "∈", prime: "'", top: "t", sqrt: "√", log: "ln", odot: "", cdot: "", times: "", left: "", right: "" };
    const plain = text => text.normalize("NFKC").toLowerCase().replace(/[’′]/g, "'");
    const words = text => plain(text).replace(/[−–_-]/g, " ");
    const again = (text, rules) => {
      for (let before = ""; before !== text;) { before = text; for (const [what, by] of rules) text = text.replace(what, by); }
      return text;
    };
    const named = "(sinh|cosh|tanh|sech|sin|cos|ln|σ|φ|ϕ)";
    /* One spelling for a formula in Unicode, LaTeX or Python: no brackets, no signs of a product or a power, as in 1/1+e-z. */
    const formula = text => {
      let f = text.replace(/[²³]/g, "^$&").replace(/\\(?:operatorname|math\w+|text|boldsymbol|displaystyle|quad|[,;!: ])\*?|\b(?:np|jnp|math|torch|numpy)\./g, "");
      f = plain(f).replace(/[−–]/g, "-").replace(/⁄/g, "/").replace(/>=/g, "≥").replace(/<=/g, "≤");
      f = again(f, [[/(\^|_|\\sqrt|^|[^\\\w}])\s*\{([^{}]*)\}/g, "$1($2)"], [/\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}/g, "($1)/($2)"]]);
      f = f.replace(/\bsigmoid\s*\(/g, "σ(").replace(/\\?\bexp\b/g, "e^").replace(/\\([a-z]+)|\b([a-z]{2,})\b/g, (all, tex, word) => letters[tex ?? word] ?? tex ?? word);
      f = f.replace(RegExp(`${named}\\s*\\^\\s*\\(?([23])\\)?\\s*(\\([^()]*\\)|[a-zα-ω])`, "g"), "$1$3$2");
      f = f.replace(/[\s(){}[\]\\·⋅×*^_⁡.@⊙]/g, "").replace(/∂/g, "d").replace(/⊤/g, "t");
      return f.replace(/d\/d([a-z])([^-+=/\s]+?)\1/g, "$2'$1");
    };
    const losses = document.querySelector(".everything .with[data-names]"), beside = losses ? `${losses.textContent} ${losses.dataset.names}` : "";
    const rules = all("#rules li").map(item => item.textContent);
    let page = "";
    const items = all(".everything li").map(item => {
      const link = item.querySelector("a").getAttribute("href"), inner = link.includes("#");
      if (!inner) page = item.textContent;
      const more = inner ? item.closest("#rules") ? "" : page : "with" in item.dataset ? beside : (item.dataset.rules ?? "").split(" ").map(n => rules[n]).join(" ");
      return [item, words(`${item.textContent} ${link} ${more}`), formula(all("i", item).map(i => i.textContent).join(";"))];
    });
    const count = document.getElementById("count");
    const search = () => {
      const asked = words(box.value).split(/\s+/).filter(Boolean), f = formula(box.value), forms = [f, f.replace(/max|x/g, x => x[1] ? x : "z")];
      const told = items.map(([, , own]) => f && forms.some(form => own.includes(form)));
      const exact = /[\\^*/=(+√²³'′]|\s[-−]|⁻/.test(box.value) && told.includes(true);  // a formula, not words
      let shown = 0;
      items.forEach(([item, text], n) => {
        item.hidden = !(told[n] || !exact && asked.every(word => text.includes(word)));
        shown += !item.hidden;
      });
      for (const part of all(".everything section")) part.hidden = !part.querySelector("li:not([hidden])");
      count.textContent = count.dataset.words.replace("{}", shown);
    };
    box.value = new URLSearchParams(location.search).get("q") ?? "";
    box.addEventListener("input", search);
    box.form.addEventListener("submit", event => event.preventDefault());
    search();
  }

  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const asked = { colours: true, detail: document.querySelector("#d-textbook[checked]") && !target?.closest(".steps") };
  for (const choice of all("[name=colours], [name=detail]")) {
    try {
      if (asked[choice.name] && localStorage.getItem(choice.name) === choice.id) choice.checked = true;
      choice.addEventListener("change", () => localStorage.setItem(choice.name, choice.id));
    } catch { /* no storage: the choice holds for this page */ }
  }
})();
