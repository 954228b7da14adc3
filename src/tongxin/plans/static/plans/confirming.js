// Keys for one who confirms many proposals: j and k move, a accepts, e edits, x chooses for joining.
const reading = document.querySelector("[data-reading]");
const cards = [...(reading?.querySelectorAll("[data-proposal='open']") ?? [])];

function mark(card) {
  for (const quote of reading.querySelectorAll("mark.is-current")) {
    quote.classList.remove("is-current");
  }
  document.getElementById(card.dataset.quote)?.classList.add("is-current");
}

// The row that the address names; whoever has just decided there goes on behind it.
function named() {
  return /^#clause-\d+$/.test(location.hash) ? document.getElementById(location.hash.slice(1)) : null;
}

function first(step) {
  const row = named();
  if (!row) {
    return step > 0 ? 0 : cards.length - 1;
  }
  const isBehind = (card) => row.contains(card) || row.compareDocumentPosition(card) & 4;
  const behind = cards.findIndex(isBehind);
  const place = behind < 0 ? cards.length : behind;
  return step > 0 ? place : place - 1;
}

function move(step) {
  const at = cards.findIndex((card) => card.contains(document.activeElement));
  const next = cards[at < 0 ? first(step) : at + step];
  if (!next) {
    document.querySelector(`[data-open='${step > 0 ? "next" : "previous"}']`)?.click();
    return;
  }
  next.focus();
  next.scrollIntoView({ block: "center" });
}

function press(name) {
  const card = cards.find((each) => each.contains(document.activeElement));
  card?.querySelector(`[data-act='${name}']`)?.click();
}

const ACTS = {
  j: () => move(1),
  k: () => move(-1),
  a: () => press("accept"),
  e: () => press("edit"),
  x: () => press("choose"),
};

// "g" and a letter go to another place of the site.
let isGoing = false;

document.addEventListener("keydown", (event) => {
  const follows = isGoing;
  isGoing = event.key === "g";
  if (follows) {
    return;
  }
  const isTyping = event.target.closest("input:not([type='checkbox']), textarea, select");
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey || !(event.key in ACTS)) {
    return;
  }
  event.preventDefault();
  ACTS[event.key]();
});

for (const card of cards) {
  card.addEventListener("focusin", () => mark(card));
  card.addEventListener("mouseenter", () => mark(card));
}

// A link to a clause that is on another page of a long text: the page that has it is asked for, once.
const rows = [...(reading?.querySelectorAll("[id^='clause-']") ?? [])];
const numberOf = (id) => Number(/^#?clause-(\d+)$/.exec(id)?.[1] ?? 0);
const wanted = numberOf(location.hash);
const isBefore = rows.length > 0 && wanted < numberOf(rows[0].id) && document.querySelector("a[rel='prev']");
const isBehind =
  rows.length > 0 && wanted > numberOf(rows.at(-1).id) && document.querySelector("a[rel='next']");
const address = new URL(location.href);
if (wanted && (isBefore || isBehind) && address.searchParams.get("clause") !== String(wanted)) {
  address.searchParams.set("clause", wanted);
  location.replace(address);
}
