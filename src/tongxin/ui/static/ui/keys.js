// "/" goes to the search, "g" and a letter to a place; Escape or a click elsewhere closes an open menu.

const PATIENCE = 1500;
let waitsSince = 0;

function isTyping(target) {
  return target.isContentEditable || target.matches("input, textarea, select");
}

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(except)) {
      menu.open = false;
    }
  }
}

function leaveMenu(target) {
  const menu = target.closest("details.menu[open]");
  closeMenus(null);
  menu?.querySelector("summary").focus();
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    leaveMenu(event.target);
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) {
    return;
  }
  const follows = event.timeStamp - waitsSince < PATIENCE;
  waitsSince = 0;
  if (follows) {
    document.querySelector(`[data-key="${CSS.escape(event.key)}"]`)?.click();
  } else if (event.key === "g") {
    waitsSince = event.timeStamp;
  } else if (event.key === "/") {
    const search = document.querySelector("[data-search]");
    if (search) {
      event.preventDefault();
      search.focus();
      search.select();
    }
  }
});

document.addEventListener("click", (event) => closeMenus(event.target));
