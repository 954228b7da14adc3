// Keys for one who confirms many proposals: j and k move, a accepts, e edits, x chooses for joining.
const reading = document.querySelector("[data-reading]");
const cards = [...(reading?.querySelectorAll("[data-proposal='open']") ?? [])];

function mark(card) {
  for (const quote of reading.querySelectorAll("mark.is-current")) {
    quote.classList.remove("is-current");
  }
  document.getElementById(card.dataset.quote)?.classList.add("is-current");
}

function move(step) {
  const at = cards.findIndex((card) => card.contains(document.activeElement));
  const next = cards[at < 0 ? (step > 0 ? 0 : cards.length - 1) : at + step];
  next?.focus();
  next?.scrollIntoView({ block: "center" });
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
