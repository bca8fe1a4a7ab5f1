// A table of fields like a spreadsheet: arrow keys and Enter move, a pasted block fills the cells from the one it is
// pasted into. Nothing is sent; without this script Tab moves, and each cell is typed.
"use strict";
(() => {
  const grid = document.querySelector("[data-grid]");
  if (!grid) return;
  const rows = [...grid.tBodies[0].rows].filter((row) => row.querySelector("td input[inputmode]"))
    .map((row) => [...row.querySelectorAll("input, select")]);
  const notice = document.querySelector("[data-pasted]");
  const place = (cell) => {
    const row = rows.findIndex((cells) => cells.includes(cell));
    return row < 0 ? null : [row, rows[row].indexOf(cell)];
  };
  const go = (row, column) => {
    const cell = rows[row]?.[column];
    cell?.focus();
    cell?.select?.();
    return Boolean(cell);
  };

  // In a text the arrows to the sides move the caret until it stands at the edge.
  const atEdge = (cell, step) => {
    if (cell.tagName === "SELECT" || (cell.selectionStart === 0 && cell.selectionEnd === cell.value.length)) return true;
    return cell.selectionStart === cell.selectionEnd && cell.selectionStart === (step < 0 ? 0 : cell.value.length);
  };

  grid.addEventListener("keydown", (event) => {
    const at = place(event.target);
    if (!at || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const [row, column] = at, select = event.target.tagName === "SELECT";
    let moved = false;
    if (event.key === "Enter") { moved = go(row + (event.shiftKey ? -1 : 1), column); event.preventDefault(); }
    // In a list of choices these choose.
    else if (event.key === "ArrowDown" && !select) moved = go(row + 1, column);
    else if (event.key === "ArrowUp" && !select) moved = go(row - 1, column);
    else if (event.key === "ArrowLeft" && !event.shiftKey && atEdge(event.target, -1)) moved = go(row, column - 1);
    else if (event.key === "ArrowRight" && !event.shiftKey && atEdge(event.target, 1)) moved = go(row, column + 1);
    if (moved) event.preventDefault();
  });

  // A list of choices takes the name of a choice or its code.
  const put = (cell, text) => {
    if (cell.tagName === "SELECT") {
      const wanted = text.toLowerCase();
      const choice = [...cell.options].find((o) => o.value.toLowerCase() === wanted || o.text.toLowerCase() === wanted);
      if (!choice) return !text;
      cell.value = choice.value;
    } else {
      if (cell.maxLength > 0 && text.length > cell.maxLength) return false;
      cell.value = text;
    }
    cell.dispatchEvent(new Event("input", { bubbles: true }));
    return true;
  };

  grid.addEventListener("paste", (event) => {
    const at = place(event.target), text = event.clipboardData?.getData("text/plain") ?? "";
    if (!at || !/[\t\n]/.test(text.replace(/\r?\n$/, ""))) return;
    event.preventDefault();
    let whole = true;
    text.replace(/\r?\n$/, "").split(/\r?\n/).forEach((line, down) => {
      line.split("\t").forEach((value, right) => {
        const cell = rows[at[0] + down]?.[at[1] + right];
        if (!cell || !put(cell, value.trim())) whole = false;
      });
    });
    notice.hidden = whole;
    notice.textContent = whole ? "" : notice.dataset.refused;
  });
})();
