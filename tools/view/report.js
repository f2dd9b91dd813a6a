// SPDX-License-Identifier: MIT
// Sorting and filtering of the table of handshakes, and what each cell is where they stand below each other. The page can
// be read without.
(() => {
  for (const each of document.querySelectorAll("table")) {
    const heads = [...each.tHead.rows[0].cells].map(head => head.textContent);
    for (const row of each.tBodies[0].rows) [...row.cells].forEach((cell, column) => { if (heads[column]) cell.dataset.head = heads[column]; });
  }
  const table = document.getElementById("table"), filter = document.getElementById("filter"), shown = document.getElementById("shown");
  if (!table) return;
  const body = table.tBodies[0], rows = [...body.rows];
  const apply = () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const row of rows) {
      const text = row.textContent.toLowerCase(), fits = words.every(word => text.includes(word));
      row.hidden = !fits;
      count += fits;
    }
    shown.textContent = `${count} of ${rows.length}`;
  };
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    const button = document.createElement("button");
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const key = row => row.cells[column].textContent;
      rows.sort((a, b) => (down ? -1 : 1) * key(a).localeCompare(key(b), undefined, {numeric: true}));
      body.append(...rows);
    });
  });
  const show = () => {
    const target = location.hash && document.getElementById(location.hash.slice(1));
    if (target instanceof HTMLDetailsElement) target.open = true;
  };
  addEventListener("hashchange", show);
  filter.addEventListener("input", apply);
  apply();
  show();
})();
