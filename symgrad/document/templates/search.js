/* The list of everything as a search: words, and formulas in any notation. */
(() => {
  "use strict";
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const box = document.getElementById("find");
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
    let f = text.replace(/[²³]/g, "^$&").replace(/[₀-₉ₐ-ₜᵢ-ᵪⱼ]/g, "_$&").replace(/\\(?:operatorname|math\w+|text|boldsymbol|displaystyle|quad|[,;!: ])\*?|\b(?:np|jnp|math|torch|numpy)\./g, "");
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
    const whole = box.value.replace(RegExp(`${named}(\\s*\\^\\s*[23]|[²³])(?=$|\\s*[-−+=/)])`, "g"), "$&(z)");  // tanh² alone: of z
    const asked = words(box.value).split(/\s+/).filter(Boolean), f = formula(whole), forms = [f, f.replace(/max|x/g, x => x[1] ? x : "z")];
    const told = items.map(([, , own]) => f && forms.some(form => own.includes(form)));
    const like = /[\\^*/=(+√²³'′]|\s[-−]|\b\w[-−]\w\b|⁻/.test(box.value), hit = told.includes(true);  // like a formula, not words
    const spelt = !like || !hit && asked.some(word => word.length > 2);
    let shown = 0;
    items.forEach(([item, text], n) => {
      item.hidden = !(told[n] || spelt && asked.every(word => text.includes(word)));
      shown += !item.hidden;
    });
    for (const part of all(".everything section")) part.hidden = !part.querySelector("li:not([hidden])");
    count.textContent = count.dataset.words.replace("{}", shown);
  };
  box.value = new URLSearchParams(location.search).get("q") ?? "";
  box.addEventListener("input", search);
  box.form.addEventListener("submit", event => event.preventDefault());
  search();
})();
